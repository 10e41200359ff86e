# Shared by the scripts of this folder, which source it first: the project root as working directory,
# --help out of each script's opening comment, and Debian packages installed when missing.
script=$(realpath "$0")
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

presets=(release dev clang asan tsan)
build_packages=(g++ cmake ninja-build ccache libboost1.81-dev libyaml-cpp-dev nlohmann-json3-dev catch2
    libcli11-dev libsqlite3-dev libssl-dev libkainjow-mustache-dev zlib1g-dev libbrotli-dev libzstd-dev
    python3 python3-jsonschema python3-yaml)
clang_packages=(clang-19 libclang-rt-19-dev llvm-19) # the last has the symbolizer
proxy_packages=(haproxy nginx-light) # without them the test "proxies" is skipped
check_packages=("${build_packages[@]}" "${clang_packages[@]}" "${proxy_packages[@]}" clang-format-19 clang-tidy-19
    valgrind)

# For the test "browser". Node may also come from elsewhere than Debian: with npm, and in the way of Debian's.
install_browser() {
    local packages=(chromium)
    if ! command -v node >/dev/null || ! command -v npm >/dev/null; then packages+=(nodejs npm); fi
    install_packages "${packages[@]}"
}

help_if_asked() {
    case "${1:-}" in
        -h | --help)
            sed -n '2,/^$/s/^# \{0,1\}//p' "$script"
            exit 0
            ;;
    esac
}

usage_error() {
    echo "${script##*/}: $*; see --help" >&2
    exit 2
}

is_preset() {
    local preset
    for preset in "${presets[@]}"; do
        if [[ $preset == "$1" ]]; then return 0; fi
    done
    return 1
}

# Does nothing, and needs no network, when every package is there.
install_packages() {
    local package missing=() as_root=()
    for package in "$@"; do
        if [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) != installed ]]; then
            missing+=("$package")
        fi
    done
    if [[ ${#missing[@]} -eq 0 ]]; then return 0; fi

    echo "These Debian packages are needed and missing: ${missing[*]}"
    if [[ $EUID -ne 0 ]]; then
        if ! command -v sudo >/dev/null; then
            echo "Only root can install them: apt-get install ${missing[*]}" >&2
            exit 1
        fi
        as_root=(sudo)
    fi
    "${as_root[@]}" apt-get -o Acquire::Retries=3 update --quiet
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -o Acquire::Retries=3 install --quiet --yes --no-install-recommends "${missing[@]}"
}

# Prints what the command said only if it failed.
quietly() {
    local log status=0
    log=$(mktemp)
    "$@" >"$log" 2>&1 || status=$?
    if [[ $status -ne 0 ]]; then cat "$log" >&2; fi
    rm -f "$log"
    return "$status"
}
