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

// An object's last member, as it is written there, if it has that name; or "".
inline std::string LastMember(std::string_view object, std::string_view key) {
  const std::string start = '"' + std::string(key) + "\":";  // in a text the quotes would be escaped
  const std::size_t at = object.find(start);
  if (at == object.npos) return {};
  object.remove_prefix(at + start.size());
  return std::string(object.substr(0, object.size() - 1));
}

}  // namespace duet

#endif  // DUET_TESTS_SUPPORT_JSON_TEXT_H_
