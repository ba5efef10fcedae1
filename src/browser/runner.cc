#include "browser/runner.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "browser/js_convert.h"
#include "record/record_line.h"

namespace duet {

using emscripten::val;

Runner::Runner(val functions) : host_(std::move(functions)), clock_(host_), performer_(host_), rendered_(call_.snapshot()) {}

void Runner::Post(const val& event) {
  Enqueue(event);
  if (is_draining_) return;
  is_draining_ = true;
  for (; !host_.queue().empty(); host_.queue().pop_front()) Handle(host_.queue().front());
  is_draining_ = false;
}

void Runner::Handle(const Event& event) {
  const Millis now = clock_.Now();
  if (std::holds_alternative<DeadlineReached>(event)) clock_.Rang();
  host_.Log(RecordLine(now, event));
  for (const Effect& effect : call_.Handle(event, now)) {
    host_.Log(RecordLine(now, effect));
    std::visit([this](const auto& order) { performer_.Perform(order); }, effect);
  }
  clock_.Arm(call_.deadline());
  Snapshot snapshot = call_.snapshot();
  if (snapshot == rendered_) return;
  rendered_ = std::move(snapshot);
  Get(host_.functions(), "view").call<val>("render", ToJs(rendered_));
}

void Runner::Enqueue(const val& event) {
  const std::string type = ReadText(event, "type");
  if (type == "settled") {
    EnqueueSettled(event);
  } else if (type == "heard") {
    EnqueueHeard(event);
  } else if (type == "deadline") {
    host_.Post(DeadlineReached{});
  } else if (type == "message") {
    host_.Post(MessageReceived{ReadText(event, "name"), ReadMessage(Get(event, "json"))});
  } else if (type == "joinAnswered") {
    host_.Post(JoinAnswered{OpId{ReadNumber(event, "op")}, ReadMessage(Get(event, "json"))});
  } else if (type == "signalingConnected") {
    host_.Post(SignalingConnected{ReadText(event, "id")});
  } else if (type == "signalingLost") {
    host_.Post(SignalingLost{});
  } else if (type == "join") {
    std::string room = ReadText(event, "room");
    const std::uint32_t room_hash = HashOf(room);
    host_.Post(JoinRequested{std::move(room), ReadText(event, "name"), ReadText(event, "seat"), ReadText(event, "page"),
                             room_hash});
  } else if (type == "show") {
    std::string room = ReadText(event, "room");
    const std::uint32_t room_hash = HashOf(room);
    host_.Post(RoomShown{std::move(room), room_hash});
  } else if (type == "network") {
    host_.Post(NetworkChanged{});
  } else if (type == "leave") {
    host_.Post(LeaveRequested{});
  } else if (type == "switch") {
    const bool is_camera = ReadText(event, "kind") == "camera";
    host_.Post(DeviceSwitched{is_camera ? MediaKind::kCamera : MediaKind::kMicrophone, ReadBool(event, "on")});
  }
}

void Runner::EnqueueSettled(const val& event) {
  const std::optional<Ticket> ticket = host_.TakeSettled(ReadNumber(event, "id"));
  if (!ticket) return;
  const bool ok = ReadBool(event, "ok");
  const val value = Get(event, "value");
  if (ticket->subject == Subject::kUserMedia) {
    performer_.Answered(ticket->op, ok, value);
  } else {
    performer_.Settled(*ticket, ok, value);
  }
}

void Runner::EnqueueHeard(const val& event) {
  const std::optional<Ticket> ticket = host_.FindHeard(ReadNumber(event, "id"));
  if (!ticket) return;
  if (ticket->subject == Subject::kMicrophoneEnded) {
    performer_.Ended(MediaKind::kMicrophone);
  } else if (ticket->subject == Subject::kCameraEnded) {
    performer_.Ended(MediaKind::kCamera);
  } else {
    performer_.Heard(*ticket, Get(event, "event"));
  }
}

}  // namespace duet
