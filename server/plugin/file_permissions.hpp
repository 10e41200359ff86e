// Who could have written a plugin's file: asked before anything of it is read. Stateless; any thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace patchbay {

/// Why someone other than root and this process's user could have written, or could replace, the file at
/// `path`: a file or its folder owned by another user, or writable by group or others (a sticky folder such
/// as /tmp included). Symbolic links are allowed: each link's folder is judged, then the file it leads to.
/// Folders above those are the operator's business. Only regular files pass. Errors: one sentence that says
/// which path and what to chmod or chown; none thrown.
std::optional<std::string> file_permissions_refusal(const std::filesystem::path& path);

}  // namespace patchbay
