#include "stored_files.hpp"

#include <climits>

#include <algorithm>
#include <system_error>
#include <utility>

namespace upload {

using namespace patchbay;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t longest_name = 100;  // bytes

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
}

// "photo.jpg" and 2 are "photo-2.jpg".
std::string numbered(std::string name, std::size_t number) {
    if (number > 1) name.insert(std::min(name.rfind('.'), name.size()), "-" + std::to_string(number));
    return name;
}

// The names of unfinished files begin with a dot.
bool is_stored_name(std::string_view name) {
    return !name.empty() && name.size() <= NAME_MAX && name.front() != '.' &&
           std::ranges::all_of(name, is_plain);
}

}  // namespace

std::string storable_name(std::string_view sent) {
    sent.remove_prefix(std::min(sent.find_first_not_of('.'), sent.size()));
    // What is too long loses its beginning: the end says what kind of file it is.
    if (sent.size() > longest_name) sent.remove_prefix(sent.size() - longest_name);
    std::string name{sent};
    std::ranges::replace_if(name, [](char c) { return !is_plain(c); }, '_');
    if (name.empty() || name.front() == '.') name.insert(0, "_");
    return name;
}

StoredFiles::StoredFiles(const fs::path& folder, std::size_t max_files)
    : folder_{folder}, max_files_{max_files} {
    fs::create_directory(folder);
    static_cast<void>(folder_.begin());  // a file can be written there
}

std::vector<StoredFile> StoredFiles::list() const {
    std::vector<StoredFile> files;
    for (const fs::directory_entry& entry : fs::directory_iterator{folder_.path()}) {
        std::error_code gone;  // one that somebody deletes meanwhile is none
        const std::string name = entry.path().filename().string();
        if (!is_stored_name(name) || !fs::is_regular_file(entry.symlink_status(gone))) continue;
        const std::uint64_t size = entry.file_size(gone);
        if (!gone) files.push_back({name, size});
    }
    std::ranges::sort(files, {}, &StoredFile::name);
    return files;
}

std::optional<File> StoredFiles::open(std::string_view name) const {
    if (!is_stored_name(name)) return std::nullopt;
    return Directory{folder_.path()}.open(name);
}

bool StoredFiles::remove(std::string_view name) const {
    const fs::path file = folder_.path() / name;
    return is_stored_name(name) && fs::is_regular_file(fs::symlink_status(file)) && fs::remove(file);
}

Upload StoredFiles::begin() const {
    require_room();
    return folder_.begin();
}

std::string StoredFiles::save(Upload upload, std::string_view sent_name) {
    const std::scoped_lock lock{mutex_};
    require_room();
    const std::string wanted = storable_name(sent_name);
    for (std::size_t number = 1;; ++number) {
        try {
            std::string name = numbered(wanted, number);
            upload.save_as(name);
            return name;
        } catch (const std::system_error& error) {
            if (error.code() != std::errc::file_exists) throw;
        }
    }
}

void StoredFiles::require_room() const {
    if (list().size() < max_files_) return;
    throw HttpError{http::status::insufficient_storage,
                    std::to_string(max_files_) + " files are stored, which is the most: delete one"};
}

}  // namespace upload
