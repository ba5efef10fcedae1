// Just enough JSON (RFC 8259) for what the wire carries: strict, bounded, without exceptions.
#ifndef DUET_CORE_JSON_H_
#define DUET_CORE_JSON_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace duet {

// A parsed value.
class Json {
 public:
  enum class Kind : std::uint8_t { kNull, kBool, kInteger, kOtherNumber, kString, kArray, kObject };

  // The one value that `text` is; nothing if it is not JSON, is nested deeper than kMaxJsonDepth, or has a key twice or
  // too many of them.
  // A lone surrogate (JSON.stringify writes it as an escape) becomes U+FFFD.
  static std::optional<Json> Parse(std::string_view text);

  Kind kind() const { return kind_; }
  bool is_object() const { return kind_ == Kind::kObject; }

  // The value of that kind, or nothing. A number with a fraction, an exponent or more than 15 digits is no integer.
  const std::string* string() const { return kind_ == Kind::kString ? &text_ : nullptr; }
  std::optional<std::int64_t> integer() const;
  std::optional<bool> boolean() const;
  const std::vector<Json>* array() const { return kind_ == Kind::kArray ? &items_ : nullptr; }

  // The member of that name of an object, or null.
  const Json* Find(std::string_view key) const;

 private:
  friend class JsonParser;

  Kind kind_ = Kind::kNull;
  std::int64_t integer_ = 0;  // also the bool
  std::string text_;
  std::vector<std::string> keys_;  // of an object, one for each of items_
  std::vector<Json> items_;
};

// Writes one object, its members in the order they are added.
class JsonObject {
 public:
  JsonObject& Add(std::string_view key, std::string_view value);
  JsonObject& Add(std::string_view key, const char* value) { return Add(key, std::string_view(value)); }
  JsonObject& Add(std::string_view key, std::int64_t value);
  JsonObject& Add(std::string_view key, bool value);
  JsonObject& AddNull(std::string_view key);
  // A value that is JSON text already.
  JsonObject& AddJson(std::string_view key, std::string_view json);
  std::string Take();

 private:
  void Key(std::string_view key);

  std::string text_ = "{";
};

}  // namespace duet

#endif  // DUET_CORE_JSON_H_
