// Who meets whom, on which server, and what goes wrong.
#ifndef DUET_TESTS_EXPLORER_CONFIGURATIONS_H_
#define DUET_TESTS_EXPLORER_CONFIGURATIONS_H_

#include <string>
#include <vector>

#include "explorer/world.h"

namespace duet::explorer {

struct Configuration {
  std::string name;
  Scene scene;
};

// With nothing wrong, and with each single fault; `pairs`: and with every two of them.
std::vector<Configuration> Configurations(bool pairs);

}  // namespace duet::explorer

#endif  // DUET_TESTS_EXPLORER_CONFIGURATIONS_H_
