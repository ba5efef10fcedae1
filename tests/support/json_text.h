#ifndef DUET_TESTS_SUPPORT_JSON_TEXT_H_
#define DUET_TESTS_SUPPORT_JSON_TEXT_H_

#include <string>
#include <string_view>

#include "core/json.h"

namespace duet {

// The member of that name if it is a text, or "".
inline std::string TextOf(const Json& object, std::string_view key) {
  const Json* member = object.Find(key);
  return member != nullptr && member->string() != nullptr ? *member->string() : std::string();
}

}  // namespace duet

#endif  // DUET_TESTS_SUPPORT_JSON_TEXT_H_
