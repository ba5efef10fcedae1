#include "support/model/network.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/check.h"
#include "core/signal_message.h"

namespace duet::model {
namespace {

// The texts that are sent most, as one letter: they fit into a std::string without a heap.
const std::array<std::pair<char, std::string>, 5>& Letters() {
  static const std::array<std::pair<char, std::string>, 5> letters = {{{'b', EncodeBye()},
                                                                       {'0', EncodeDevices({false, false})},
                                                                       {'1', EncodeDevices({true, false})},
                                                                       {'2', EncodeDevices({false, true})},
                                                                       {'3', EncodeDevices({true, true})}}};
  return letters;
}

std::string Pack(const std::string& text) {
  for (const auto& [letter, known] : Letters()) {
    if (known == text) return {letter, '\n'};
  }
  return text + '\n';
}

std::string Unpack(std::string_view packed) {
  for (const auto& [letter, known] : Letters()) {
    if (packed.size() == 1 && packed[0] == letter) return known;
  }
  return std::string(packed);
}

const Peer* FindSession(std::span<const Browser> pages, SessionId session) {
  for (const Browser& page : pages) {
    for (const Peer& peer : page.peers()) {
      if (session.known() && peer.session() == session) return &peer;
    }
  }
  return nullptr;
}

// Both have agreed on something, and each with the other.
bool BelongTogether(const Peer& a, const Peer& b) {
  return a.current_remote().session == b.session() && b.current_remote().session == a.session();
}

bool Trusts(const Peer& peer, const Peer& other) { return peer.current_remote().fingerprint == other.certificate(); }

// Each uses the credentials that the other has given last.
bool HaveMatchingCredentials(const Peer& a, const Peer& b) {
  return a.current_remote().fragment == b.current_local().fragment &&
         b.current_remote().fragment == a.current_local().fragment;
}

bool HaveChannel(const Peer& peer) {
  return peer.current_local().HasLiveApplication() && peer.current_remote().HasLiveApplication();
}

}  // namespace

const Peer* Network::OtherEnd(std::span<const Browser> pages, const Peer& peer) const {
  const Peer* other = FindSession(pages, peer.current_remote().session);
  return other != nullptr && BelongTogether(peer, *other) ? other : nullptr;
}

void Network::Steps(std::span<const Browser> pages, StepList* steps) const {
  for (std::uint8_t index = 0; index < pages.size(); ++index) {
    pages[index].Steps(index, steps);
    for (const Peer& peer : pages[index].peers()) StepsOf(pages, index, peer, steps);
  }
}

void Network::StepsOf(std::span<const Browser> pages, std::uint8_t index, const Peer& peer, StepList* steps) const {
  const auto add = [&](StepKind kind) { steps->push_back({kind, index, MediaError::kRefused, peer.session().leg()}); };
  const Dialect& dialect = pages[index].settings().dialect;
  const Peer* other = OtherEnd(pages, peer);
  // Once a connection has failed it answers no more checks: nothing heals it but new credentials (measured).
  const bool has_failed = other != nullptr && other->connection() == Connection::kFailed;
  const bool in_reach = path_up_ && other != nullptr && !has_failed;
  const bool linked = in_reach && Trusts(peer, *other) && Trusts(*other, peer);
  // Candidates of one side are enough: the other learns of them by being checked (RFC 8445 7.3.1.3).
  const bool can_connect = in_reach && Trusts(peer, *other) && HaveMatchingCredentials(peer, *other) &&
                           (peer.has_candidate() || other->has_candidate());
  switch (peer.connection()) {
    case Connection::kNew:
    case Connection::kFailed: break;
    case Connection::kConnecting: {
      if (can_connect) add(StepKind::kConnect);
      const Peer* told = path_up_ ? FindSession(pages, peer.current_remote().session) : nullptr;
      // It answers checks of its own credentials, whatever it knows of us, once it has set an answer.
      const bool answers = told != nullptr && told->current_local().readable &&
                           told->current_local().fragment == peer.current_remote().fragment;
      const bool waits = told != nullptr && !told->current_local().readable && !dialect.fails_without_answer;
      const bool hopeless = answers ? !(Trusts(peer, *told) && (other == nullptr || Trusts(*told, peer))) : !waits;
      const bool tries = peer.has_candidate() || dialect.fails_without_candidates;
      const bool blind = answers && !(peer.has_candidate() || told->has_candidate());
      if (!can_connect && tries && (hopeless || blind)) add(StepKind::kFail);
      break;
    }
    case Connection::kConnected:
      if (!linked) add(StepKind::kDisconnect);
      break;
    case Connection::kDisconnected: add(linked ? StepKind::kConnect : StepKind::kFail); break;
  }
  const bool up = peer.connection() == Connection::kConnected || (dialect.channel_may_open_first && can_connect);
  if (peer.channel() == Channel::kConnecting && linked && up && HaveChannel(peer) && HaveChannel(*other)) {
    add(StepKind::kOpenChannel);
  }
  if (peer.draining()) add(StepKind::kDrain);
  if (!TextFor(peer, dialect).empty()) add(StepKind::kDeliver);
}

std::string Network::TextFor(const Peer& peer, const Dialect& dialect) const {
  const bool hears = peer.channel() == Channel::kOpen || (peer.channel() == Channel::kNone && !dialect.keeps_early_messages);
  const Wire* wire = path_up_ && hears ? WireTo(peer) : nullptr;
  return wire != nullptr ? Unpack(std::string_view(wire->texts).substr(0, wire->texts.find('\n'))) : std::string();
}

std::optional<Event> Network::Take(std::span<Browser> pages, const Step& step) {
  Browser& page = pages[step.page];
  const LegId leg{step.id};
  switch (step.kind) {
    case StepKind::kGrant:
    case StepKind::kRefuse:
    case StepKind::kComplete:
    case StepKind::kReplace:
    case StepKind::kGather: return page.Take(step);
    case StepKind::kConnect:
      page.Find(leg)->set_connection(Connection::kConnected);
      return ConnectionStateChanged{leg, ConnectionState::kConnected};
    case StepKind::kDisconnect:
      page.Find(leg)->set_connection(Connection::kDisconnected);
      return ConnectionStateChanged{leg, ConnectionState::kDisconnected};
    case StepKind::kFail:
      page.Find(leg)->set_connection(Connection::kFailed);
      return ConnectionStateChanged{leg, ConnectionState::kFailed};
    case StepKind::kOpenChannel: page.Find(leg)->set_channel(Channel::kOpen); return ChannelOpened{leg};
    case StepKind::kDrain: {
      Peer* peer = page.Find(leg);
      peer->set_draining(false);
      for (Wire& wire : wires_) {
        if (wire.from == peer->session()) wire.left = static_cast<std::uint32_t>(wire.texts.size());
      }
      return ChannelDrained{leg};
    }
    case StepKind::kDeliver: return TakeText(page.Find(leg));
  }
  DUET_CHECK(false);
}

// ---- The data channel ----

std::optional<Event> Network::Perform(std::span<Browser> pages, std::uint8_t index, const Effect& effect) {
  if (const SendOnChannel* send = std::get_if<SendOnChannel>(&effect)) return Send(pages, index, *send);
  if (const CloseLeg* close = std::get_if<CloseLeg>(&effect)) {
    if (const Peer* peer = pages[index].Find(close->leg)) DropWires(*peer);
  }
  return pages[index].Perform(effect);
}

std::optional<Event> Network::Send(std::span<Browser> pages, std::uint8_t index, const SendOnChannel& order) {
  Peer* peer = pages[index].Find(order.leg);
  if (peer == nullptr || peer->channel() == Channel::kNone) return std::nullopt;
  if (peer->channel() != Channel::kOpen) return ChannelDrained{order.leg};  // the browser throws
  peer->set_draining(true);
  const Peer* other = OtherEnd(pages, *peer);
  if (other == nullptr) return std::nullopt;  // nobody is there any more
  const auto wire = std::find_if(wires_.begin(), wires_.end(), [&](const Wire& w) { return w.from == peer->session(); });
  if (wire != wires_.end()) {
    wire->texts += Pack(order.json);
  } else {
    wires_.push_back({peer->session(), other->session(), Pack(order.json)});
  }
  return std::nullopt;
}

// Nothing comes to a connection that is closed. What comes from it has left the buffer, and nobody sends it again.
void Network::DropWires(const Peer& closing) {
  for (Wire& wire : wires_) {
    if (wire.from != closing.session()) continue;
    if (closing.draining()) wire.texts.resize(wire.left);
    if (!path_up_) wire.texts.clear();
  }
  std::erase_if(wires_, [&](const Wire& wire) { return wire.to == closing.session() || wire.texts.empty(); });
}

void Network::CutPath(std::span<const Browser> pages) {
  path_up_ = false;
  std::erase_if(wires_, [&](const Wire& wire) { return FindSession(pages, wire.from) == nullptr; });
}

void Network::Vanish(std::span<Browser> pages, std::uint8_t index) {
  for (const Peer& peer : pages[index].peers()) DropWires(peer);
  pages[index] = Browser(pages[index].page(), pages[index].settings());
}

const Network::Wire* Network::WireTo(const Peer& peer) const {
  const auto wire = std::find_if(wires_.begin(), wires_.end(), [&](const Wire& w) { return w.to == peer.session(); });
  return wire == wires_.end() ? nullptr : &*wire;
}

std::optional<Event> Network::TakeText(Peer* peer) {
  const auto wire = wires_.begin() + (WireTo(*peer) - wires_.data());
  const std::size_t end = wire->texts.find('\n');
  const std::string text = Unpack(std::string_view(wire->texts).substr(0, end));
  wire->texts.erase(0, end + 1);
  wire->left -= std::min(wire->left, static_cast<std::uint32_t>(end + 1));
  if (wire->texts.empty()) wires_.erase(wire);
  if (peer->channel() != Channel::kOpen) return std::nullopt;  // there is nobody yet to hear it
  return ChannelReceived{LegId{peer->session().leg()}, text};
}

// ---- Media ----

bool Network::Receives(std::span<const Browser> pages, std::uint8_t index, LegId leg, MediaKind kind) const {
  const Peer* peer = pages[index].Find(leg);
  if (peer == nullptr) return false;
  const Kind wanted = kind == MediaKind::kCamera ? Kind::kVideo : Kind::kAudio;
  for (const Transceiver& transceiver : peer->transceivers()) {
    if (transceiver.kind == wanted) return ReceivesOn(pages, *peer, transceiver);
  }
  return false;
}

bool Network::ReceivesOn(std::span<const Browser> pages, const Peer& peer, const Transceiver& transceiver) const {
  const Peer* other = OtherEnd(pages, peer);
  const bool both = path_up_ && other != nullptr && peer.connection() == Connection::kConnected &&
                    other->connection() == Connection::kConnected;
  if (!both || !duet::model::Receives(transceiver.current)) return false;
  for (const Browser& page : pages) {
    if (page.page() != other->session().page()) continue;
    for (const Transceiver& sender : other->transceivers()) {
      if (sender.mid == transceiver.mid) return Sends(sender.current) && page.IsLive(sender.track);
    }
  }
  return false;
}

}  // namespace duet::model
