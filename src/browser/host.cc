#include "browser/host.h"

#include <algorithm>

#include "browser/js_convert.h"

namespace duet {

using emscripten::val;

namespace {

Host::Outcome ReadOutcome(const val& outcome) {
  const val error = Get(outcome, "error");
  if (error.isUndefined()) return {true, Get(outcome, "value")};
  return {false, error};
}

}  // namespace

Host::Outcome Host::Attempt(const val& target, const char* method, const val& arguments) {
  return ReadOutcome(functions_.call<val>("attempt", target, val(method), arguments));
}

Host::Outcome Host::Construct(const val& constructor, const val& arguments) {
  return ReadOutcome(functions_.call<val>("construct", constructor, arguments));
}

void Host::Settle(const val& promise, const Ticket& ticket) { functions_.call<val>("settle", promise, val(Issue(ticket))); }

void Host::SettleOrEnd(const val& promise, const Ticket& ticket, const char* list, const char* method) {
  functions_.call<val>("settle", promise, val(Issue(ticket)), val(list), val(method));
}

val Host::Pause(Millis wait, const val& signal) { return functions_.call<val>("pause", ToJs(wait), signal); }

val Host::Follow(const val& first, Millis limit, const val& target, const char* method, const val& arguments) {
  return functions_.call<val>("follow", first, ToJs(limit), target, val(method), arguments);
}

std::uint32_t Host::Listen(const val& target, const char* type, const val& signal, const Ticket& ticket) {
  const std::uint32_t id = Issue(ticket);
  functions_.call<val>("listen", target, val(type), val(id), signal);
  return id;
}

void Host::Watch(const val& target, const char* state, const val& signal, LegId leg) {
  functions_.call<val>("watch", target, val(state), val(leg.value), signal);
}

val Host::Keep(const val& object, const char* method) { return functions_.call<val>("keep", object, val(method)); }

std::uint32_t Host::Issue(const Ticket& ticket) {
  issued_.push_back({++last_id_, ticket});
  return last_id_;
}

std::optional<Ticket> Host::TakeSettled(std::uint32_t id) {
  const std::optional<Ticket> ticket = FindHeard(id);
  Forget(id);
  return ticket;
}

std::optional<Ticket> Host::FindHeard(std::uint32_t id) const {
  const auto found = std::find_if(issued_.begin(), issued_.end(), [id](const Issued& issued) { return issued.id == id; });
  if (found == issued_.end()) return std::nullopt;
  return found->ticket;
}

void Host::Forget(std::uint32_t id) {
  std::erase_if(issued_, [id](const Issued& issued) { return issued.id == id; });
}

void Host::ForgetAllOf(LegId leg) {
  std::erase_if(issued_, [leg](const Issued& issued) { return issued.ticket.leg == leg; });
}

void Host::Show(const char* which, const val& stream) { Get(functions_, "view").call<val>("show", val(which), stream); }

void Host::Log(const std::string& line) { functions_.call<val>("log", val(line)); }

}  // namespace duet
