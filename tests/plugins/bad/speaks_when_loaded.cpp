// Shows when code of the library has run.
#include <unistd.h>

[[gnu::constructor]] static void speak() {
    static constexpr char line[] = "code of the plugin has run\n";
    static_cast<void>(!::write(STDERR_FILENO, line, sizeof line - 1));
}
