// docs/states.md as a text.
#ifndef DUET_TESTS_STATES_DOCUMENT_H_
#define DUET_TESTS_STATES_DOCUMENT_H_

#include <string>

#include "states/facts.h"

namespace duet::states {

std::string Document(const Facts& facts);

}  // namespace duet::states

#endif  // DUET_TESTS_STATES_DOCUMENT_H_
