// The command line: reads the arguments, runs the command, gives the exit code.
#pragma once

namespace patchbay {

/// What a process ends with, besides 0.
enum class ExitCode : int {
    failed = 1,
    usage = 2,
    bad_configuration = 78,  ///< EX_CONFIG of sysexits.h
};

/// `environment` as the third argument of main.
int run_command_line(int argc, char** argv, const char* const* environment);

}  // namespace patchbay
