// DUET_CHECK stops the program where our own code is wrong. It is on in every build; what the network, the browser or the
// person does wrong is never checked with it.
#ifndef DUET_CORE_CHECK_H_
#define DUET_CORE_CHECK_H_

#define DUET_CHECK(condition)           \
  do {                                  \
    if (!(condition)) __builtin_trap(); \
  } while (false)

#endif  // DUET_CORE_CHECK_H_
