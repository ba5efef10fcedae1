// Keeps printf out of the wasm: 6 kB, 2.5 kB after gzip. Its only user is embind, which would name a type that was never
// registered, by its number, in an error that cannot happen in a build that links. emcc turns sprintf into siprintf where
// no floating point is printed; in libc that is a weak symbol.
extern "C" int siprintf(char* /*text*/, const char* /*format*/, ...) { __builtin_trap(); }
