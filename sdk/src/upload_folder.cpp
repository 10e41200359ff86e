#include <patchbay/upload_folder.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <sys/random.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace patchbay {
namespace {

[[noreturn]] void fail(int error, const std::string& what) {
    throw std::system_error{error, std::generic_category(), what};
}

std::string random_name() {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::array<unsigned char, 16> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        fail(errno, "cannot get random bytes");
    std::string name;
    for (const unsigned char byte : bytes) (name += digits[byte >> 4U]) += digits[byte & 0xfU];
    return name;
}

void check_name(std::string_view name) {
    const auto is_wrong = [](char c) {
        return c == '/' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    };
    if (name.empty() || name.front() == '.' || name.size() > 255 || std::ranges::any_of(name, is_wrong))
        throw std::invalid_argument{"patchbay: an upload can't be saved under this name"};
}

}  // namespace

struct Upload::Temporary {
    std::filesystem::path folder;
    int directory;
    int file = -1;
    std::string name = ".upload-" + random_name();

    explicit Temporary(std::filesystem::path path)
        : folder{std::move(path)}, directory{::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)} {}
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;
    ~Temporary() {
        if (file >= 0) {
            ::unlinkat(directory, name.c_str(), 0);
            ::close(file);
        }
        if (directory >= 0) ::close(directory);
    }

    void open() {
        if (directory < 0) fail(errno, "cannot open " + folder.string());
        file = ::openat(directory, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (file < 0) fail(errno, "cannot write to " + folder.string());
    }
};

Upload::Upload(std::unique_ptr<Temporary> temporary) noexcept : temporary_{std::move(temporary)} {}
Upload::Upload(Upload&&) noexcept = default;
Upload::~Upload() = default;

void Upload::write(std::string_view bytes) {
    if (!temporary_) throw std::logic_error{"patchbay: this upload has been saved"};
    while (!bytes.empty()) {
        const ssize_t written = ::write(temporary_->file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail(errno, "cannot write to " + temporary_->folder.string());
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

void Upload::save_as(std::string_view name) {
    if (!temporary_) throw std::logic_error{"patchbay: this upload has been saved"};
    check_name(name);
    // A link, unlike a renaming, never replaces a file that is there.
    const int directory = temporary_->directory;
    if (::linkat(directory, temporary_->name.c_str(), directory, std::string{name}.c_str(), 0) != 0)
        fail(errno, "cannot save an upload in " + temporary_->folder.string());
    temporary_.reset();
}

std::string Upload::save() {
    std::string name = random_name();
    save_as(name);
    return name;
}

Upload UploadFolder::begin() const {
    auto temporary = std::make_unique<Upload::Temporary>(path_);
    temporary->open();
    return Upload{std::move(temporary)};
}

std::string UploadFolder::save(std::string_view bytes) const {
    Upload upload = begin();
    upload.write(bytes);
    return upload.save();
}

void UploadFolder::save_as(std::string_view name, std::string_view bytes) const {
    check_name(name);
    Upload upload = begin();
    upload.write(bytes);
    upload.save_as(name);
}

}  // namespace patchbay
