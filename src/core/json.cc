#include "core/json.h"

#include <algorithm>
#include <utility>

#include "core/decimal.h"
#include "core/options.h"

namespace duet {

namespace {

// Stands for itself in a string.
bool IsPlain(char c) { return c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20; }

// Appends what is plain at the front of `text`, in one piece, and cuts it off.
void TakePlain(std::string_view* text, std::string* out) {
  const auto end = std::find_if_not(text->begin(), text->end(), IsPlain);
  const auto length = static_cast<std::size_t>(end - text->begin());
  out->append(text->substr(0, length));
  text->remove_prefix(length);
}

}  // namespace

class JsonParser {
 public:
  explicit JsonParser(std::string_view text) : text_(text) {}

  bool Document(Json* out) {
    if (!Value(out, 0)) return false;
    SkipSpace();
    return at_ == text_.size();
  }

 private:
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool Take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool TakeWord(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  void SkipSpace() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
      ++at_;
    }
  }

  static bool IsDigit(char c) { return c >= '0' && c <= '9'; }

  bool Value(Json* out, std::size_t depth) {
    SkipSpace();
    switch (Peek()) {
      case '{': return depth < options::kMaxJsonDepth && Object(out, depth + 1);
      case '[': return depth < options::kMaxJsonDepth && Array(out, depth + 1);
      case '"': out->kind_ = Json::Kind::kString; return String(&out->text_);
      case 't':
        out->kind_ = Json::Kind::kBool;
        out->integer_ = 1;
        return TakeWord("true");
      case 'f': out->kind_ = Json::Kind::kBool; return TakeWord("false");
      case 'n': return TakeWord("null");
    }
    return Number(out);
  }

  bool Object(Json* out, std::size_t depth) {
    out->kind_ = Json::Kind::kObject;
    Take('{');
    SkipSpace();
    if (Take('}')) return true;
    do {
      SkipSpace();
      std::string key;
      if (!String(&key) || out->keys_.size() == options::kMaxJsonMembers || out->Find(key) != nullptr) return false;
      SkipSpace();
      out->keys_.push_back(std::move(key));
      if (!Take(':') || !Value(&out->items_.emplace_back(), depth)) return false;
      SkipSpace();
    } while (Take(','));
    return Take('}');
  }

  bool Array(Json* out, std::size_t depth) {
    out->kind_ = Json::Kind::kArray;
    Take('[');
    SkipSpace();
    if (Take(']')) return true;
    do {
      if (!Value(&out->items_.emplace_back(), depth)) return false;
      SkipSpace();
    } while (Take(','));
    return Take(']');
  }

  bool Number(Json* out) {
    const bool negative = Take('-');
    if (!IsDigit(Peek())) return false;
    const std::size_t start = at_;
    std::int64_t value = 0;
    while (IsDigit(Peek())) {
      if (at_ - start < 15) value = value * 10 + (Peek() - '0');
      ++at_;
    }
    const std::size_t digits = at_ - start;
    if (digits > 1 && text_[start] == '0') return false;
    bool whole = digits <= 15;
    if (Take('.')) {
      whole = false;
      if (!Digits()) return false;
    }
    if (Take('e') || Take('E')) {
      whole = false;
      if (!Take('+')) Take('-');
      if (!Digits()) return false;
    }
    out->kind_ = whole ? Json::Kind::kInteger : Json::Kind::kOtherNumber;
    out->integer_ = whole ? (negative ? -value : value) : 0;
    return true;
  }

  bool Digits() {
    if (!IsDigit(Peek())) return false;
    while (IsDigit(Peek())) ++at_;
    return true;
  }

  bool String(std::string* out) {
    if (!Take('"')) return false;
    do {
      std::string_view rest = text_.substr(at_);
      TakePlain(&rest, out);
      at_ = text_.size() - rest.size();
      if (Take('"')) return true;
    } while (Take('\\') && Escape(out));
    return false;
  }

  bool Escape(std::string* out) {
    if (at_ >= text_.size()) return false;
    switch (text_[at_++]) {
      case '"': out->push_back('"'); return true;
      case '\\': out->push_back('\\'); return true;
      case '/': out->push_back('/'); return true;
      case 'b': out->push_back('\b'); return true;
      case 'f': out->push_back('\f'); return true;
      case 'n': out->push_back('\n'); return true;
      case 'r': out->push_back('\r'); return true;
      case 't': out->push_back('\t'); return true;
      case 'u': return Unicode(out);
    }
    return false;
  }

  bool HexQuad(std::uint32_t* out) {
    if (text_.size() - at_ < 4) return false;
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = text_[at_++];
      value <<= 4;
      if (IsDigit(c))
        value |= static_cast<std::uint32_t>(c - '0');
      else if (c >= 'a' && c <= 'f')
        value |= static_cast<std::uint32_t>(c - 'a' + 10);
      else if (c >= 'A' && c <= 'F')
        value |= static_cast<std::uint32_t>(c - 'A' + 10);
      else
        return false;
    }
    *out = value;
    return true;
  }

  bool Unicode(std::string* out) {
    std::uint32_t point = 0;
    if (!HexQuad(&point)) return false;
    if (point >= 0xD800 && point <= 0xDFFF) {
      const std::size_t resume = at_;
      std::uint32_t low = 0;
      const bool pair = point <= 0xDBFF && TakeWord("\\u") && HexQuad(&low) && low >= 0xDC00 && low <= 0xDFFF;
      if (pair) {
        point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
      } else {
        at_ = resume;
        point = 0xFFFD;
      }
    }
    AppendUtf8(point, out);
    return true;
  }

  static void AppendUtf8(std::uint32_t point, std::string* out) {
    const auto tail = [&](int shift) { out->push_back(static_cast<char>(0x80 | ((point >> shift) & 0x3F))); };
    if (point < 0x80) {
      out->push_back(static_cast<char>(point));
    } else if (point < 0x800) {
      out->push_back(static_cast<char>(0xC0 | (point >> 6)));
      tail(0);
    } else if (point < 0x10000) {
      out->push_back(static_cast<char>(0xE0 | (point >> 12)));
      tail(6);
      tail(0);
    } else {
      out->push_back(static_cast<char>(0xF0 | (point >> 18)));
      tail(12);
      tail(6);
      tail(0);
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::optional<Json> Json::Parse(std::string_view text) {
  Json value;
  if (!JsonParser(text).Document(&value)) return std::nullopt;
  return value;
}

std::optional<std::int64_t> Json::integer() const {
  if (kind_ != Kind::kInteger) return std::nullopt;
  return integer_;
}

std::optional<bool> Json::boolean() const {
  if (kind_ != Kind::kBool) return std::nullopt;
  return integer_ != 0;
}

const Json* Json::Find(std::string_view key) const {
  const auto it = std::find(keys_.begin(), keys_.end(), key);
  return it == keys_.end() ? nullptr : &items_[static_cast<std::size_t>(it - keys_.begin())];
}

namespace {

void AppendQuoted(std::string_view value, std::string* out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out->push_back('"');
  for (TakePlain(&value, out); !value.empty(); TakePlain(&value, out)) {
    const char c = value.front();
    value.remove_prefix(1);
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(c);
    } else if (c == '\n') {
      out->append("\\n");
    } else if (c == '\r') {
      out->append("\\r");
    } else {
      out->append("\\u00");
      out->push_back(kHex[static_cast<unsigned char>(c) >> 4]);
      out->push_back(kHex[static_cast<unsigned char>(c) & 15]);
    }
  }
  out->push_back('"');
}

}  // namespace

void JsonObject::Key(std::string_view key) {
  if (text_.size() > 1) text_.push_back(',');
  AppendQuoted(key, &text_);
  text_.push_back(':');
}

JsonObject& JsonObject::Add(std::string_view key, std::string_view value) {
  Key(key);
  AppendQuoted(value, &text_);
  return *this;
}

JsonObject& JsonObject::Add(std::string_view key, std::int64_t value) {
  Key(key);
  if (value < 0) text_.push_back('-');
  AppendDecimal(value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value), &text_);
  return *this;
}

JsonObject& JsonObject::Add(std::string_view key, bool value) {
  Key(key);
  text_.append(value ? "true" : "false");
  return *this;
}

JsonObject& JsonObject::AddNull(std::string_view key) {
  Key(key);
  text_.append("null");
  return *this;
}

JsonObject& JsonObject::AddJson(std::string_view key, std::string_view json) {
  Key(key);
  text_ += json;
  return *this;
}

std::string JsonObject::Take() {
  text_.push_back('}');
  return std::move(text_);
}

}  // namespace duet
