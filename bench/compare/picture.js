export const picture = () => '';
