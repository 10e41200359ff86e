#include <patchbay/detail/task_promise.hpp>

#include <array>
#include <cstddef>
#include <new>

namespace patchbay::detail {
namespace {

constexpr std::size_t unit = 128;        // bytes between two size classes
constexpr std::size_t classes = 16;      // so frames above 2 KiB are not pooled
constexpr unsigned kept_per_class = 32;  // bounds what an idle thread holds: 544 KiB at the very most

class FramePool {
public:
    ~FramePool() {
        for (Class& kept : classes_) {
            while (kept.head) ::operator delete(std::exchange(kept.head, kept.head->next));
            kept.count = kept_per_class;  // a frame freed later in this thread's exit goes straight to delete
        }
    }

    void* take(std::size_t index) noexcept {
        Class& kept = classes_[index];
        if (!kept.head) return nullptr;
        --kept.count;
        return std::exchange(kept.head, kept.head->next);
    }

    bool give(std::size_t index, void* frame) noexcept {
        Class& kept = classes_[index];
        if (kept.count >= kept_per_class) return false;
        kept.head = new (frame) Link{kept.head};
        ++kept.count;
        return true;
    }

private:
    struct Link {
        Link* next;
    };
    struct Class {
        Link* head = nullptr;
        unsigned count = 0;
    };
    std::array<Class, classes> classes_{};
};

FramePool& pool() {
    thread_local FramePool frames [[gnu::tls_model("initial-exec")]];  // libpatchbay is loaded at start-up
    return frames;
}

std::size_t class_of(std::size_t bytes) { return (bytes - 1) / unit; }

}  // namespace

void* allocate_frame(std::size_t bytes) {
    const std::size_t index = class_of(bytes);
    if (index >= classes) return ::operator new(bytes);
    if (void* frame = pool().take(index)) return frame;
    return ::operator new((index + 1) * unit);
}

void free_frame(void* frame, std::size_t bytes) noexcept {
    const std::size_t index = class_of(bytes);
    if (index >= classes || !pool().give(index, frame)) ::operator delete(frame);
}

}  // namespace patchbay::detail
