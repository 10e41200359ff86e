#include "cli/cli.hpp"

int main(int argc, char** argv, char** environment) {
    return patchbay::run_command_line(argc, argv, environment);
}
