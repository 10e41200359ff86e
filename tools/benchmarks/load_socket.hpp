// What the load programs share: how they connect, and how they say why they can't go on.
#pragma once

#include <arpa/inet.h>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <netinet/in.h>
#include <sys/socket.h>

/// Prints the reason as one line of JSON and ends the program with code 1.
[[noreturn]] inline void fail(const char* why) {
    std::printf("{\"error\":\"%s\"}\n", why);
    std::exit(1);
}

/// A blocking socket, the caller's to close, that is connected to the port on loopback; fails when nobody listens.
inline int connect_to(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("connect");
    return socket;
}
