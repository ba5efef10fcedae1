// Reads the few lines of a session description (RFC 8866) that decide something here. No description is ever edited.
#ifndef DUET_CORE_SDP_SCAN_H_
#define DUET_CORE_SDP_SCAN_H_

#include <string>
#include <string_view>
#include <vector>

namespace duet {

// The ICE user name fragments (RFC 8839 5.4), each once. More than one only if the description is not bundled.
std::vector<std::string> UsernameFragments(std::string_view sdp);

// The fingerprints of the certificates (RFC 8122 5) in lower case, each once.
std::vector<std::string> Fingerprints(std::string_view sdp);

// The session id of the `o=` line (RFC 8866 5.2): it stays the same for as long as the connection that wrote it lives.
std::string_view SessionId(std::string_view sdp);

// Whether there is a data channel section, rejected or not.
bool HasDataChannel(std::string_view sdp);

// Whether each candidate line's address is an IP address or an mDNS name, `<uuid>.local`. Any other name would make our
// browser ask a DNS server of the peer's choice.
bool HasOnlySafeCandidates(std::string_view sdp);

// The same for one candidate line (RFC 8839 5.1), with or without "a=". A line that is none is not safe.
bool IsSafeCandidate(std::string_view line);

// The value of the candidate line's `ufrag` extension, or "".
std::string_view CandidateFragment(std::string_view line);

}  // namespace duet

#endif  // DUET_CORE_SDP_SCAN_H_
