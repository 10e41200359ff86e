#include "session_cipher.hpp"

#include "base64url.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>
#include <stdexcept>

namespace patchbay::detail {
namespace {

constexpr std::size_t id_size = 4, nonce_size = 12, tag_size = 16, mac_size = 32, time_size = 8;
constexpr char encrypted_version = 'e',
               signed_version = 's';  // the first byte of a head: what follows, and how

template <auto free_function>
struct Freed {
    void operator()(auto* object) const noexcept { free_function(object); }
};
using CipherPointer = std::unique_ptr<EVP_CIPHER, Freed<EVP_CIPHER_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Freed<EVP_CIPHER_CTX_free>>;
using MacPointer = std::unique_ptr<EVP_MAC, Freed<EVP_MAC_free>>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, Freed<EVP_MAC_CTX_free>>;
using KdfPointer = std::unique_ptr<EVP_KDF, Freed<EVP_KDF_free>>;
using KdfContext = std::unique_ptr<EVP_KDF_CTX, Freed<EVP_KDF_CTX_free>>;

// The thread's queue of OpenSSL errors is left as it was: others read it.
class ErrorMark {
public:
    ErrorMark() noexcept { ERR_set_mark(); }
    ~ErrorMark() { ERR_pop_to_mark(); }
    ErrorMark(const ErrorMark&) = delete;
    ErrorMark& operator=(const ErrorMark&) = delete;
};

void check(bool done, const char* what) {
    if (!done) throw std::runtime_error{std::string{"OpenSSL cannot "} + what};
}

unsigned char* bytes(std::string& text) noexcept { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* bytes(std::string_view text) noexcept {
    return reinterpret_cast<const unsigned char*>(text.data());
}
int size_of(std::string_view text) noexcept {
    return static_cast<int>(text.size());
}  // a cookie's, so it fits

// RFC 5869, without a salt: the secret is one of at least 32 random bytes.
std::string derive(std::string_view secret, std::string_view purpose, std::size_t size) {
    const KdfPointer kdf{EVP_KDF_fetch(nullptr, "HKDF", nullptr)};
    check(kdf != nullptr, "derive keys");
    const KdfContext context{EVP_KDF_CTX_new(kdf.get())};
    check(context != nullptr, "derive keys");
    std::string digest = "SHA256", key{secret}, info{purpose}, out(size, '\0');
    const std::array parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key.data(), key.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
        OSSL_PARAM_construct_end()};
    const bool done = EVP_KDF_derive(context.get(), bytes(out), size, parameters.data()) == 1;
    OPENSSL_cleanse(key.data(), key.size());
    check(done, "derive keys");
    return out;
}

std::string to_bytes(std::int64_t time) {
    std::string out;
    for (int shift = 56; shift >= 0; shift -= 8)
        out += static_cast<char>(static_cast<std::uint64_t>(time) >> static_cast<unsigned>(shift) & 0xffU);
    return out;
}

std::int64_t to_time(std::string_view text) noexcept {
    std::uint64_t time = 0;
    for (const char byte : text) time = time << 8U | static_cast<unsigned char>(byte);
    return static_cast<std::int64_t>(time);
}

}  // namespace

// Looked up once: OpenSSL 3 takes a lock and a search for it.
struct SessionCipher::Algorithms {
    CipherPointer cipher{EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)};
    MacPointer mac{EVP_MAC_fetch(nullptr, "HMAC", nullptr)};
};

SessionCipher::SessionCipher(const std::vector<std::string>& secrets, std::string_view name, bool encrypted)
    : name_{name}, encrypted_{encrypted} {
    const ErrorMark mark;
    algorithms_ = std::make_unique<Algorithms>();
    check(algorithms_->cipher && algorithms_->mac, "use AES-256-GCM and HMAC");
    const std::string purpose = encrypted ? "patchbay session: encrypt" : "patchbay session: sign";
    for (const std::string& secret : secrets) {
        std::string derived = derive(secret, purpose, 32);
        Key key{{}, derive(secret, purpose + ": key id", id_size)};
        std::copy(derived.begin(), derived.end(), key.secret.begin());
        OPENSSL_cleanse(derived.data(), derived.size());
        keys_.push_back(std::move(key));
    }
}

SessionCipher::~SessionCipher() {
    for (Key& key : keys_) OPENSSL_cleanse(key.secret.data(), key.secret.size());
}

std::string SessionCipher::seal(std::string_view text, std::int64_t issued) const {
    const ErrorMark mark;
    return encrypted_ ? encrypt(keys_.front(), text, issued) : sign(keys_.front(), text, issued);
}

std::optional<SessionCipher::Opened> SessionCipher::open(std::string_view value) const {
    const ErrorMark mark;
    return encrypted_ ? decrypt(value) : verify(value);
}

// What is authenticated besides the text: the length keeps name and head apart.
std::string SessionCipher::authenticated(std::string_view head) const {
    return std::to_string(name_.size()).append(":").append(name_).append(head);
}

// base64url(version, key id, nonce, AES-256-GCM(time, text), tag)
std::string SessionCipher::encrypt(const Key& key, std::string_view text, std::int64_t issued) const {
    std::string nonce(nonce_size, '\0');
    check(RAND_bytes(bytes(nonce), nonce_size) == 1, "get random bytes");
    std::string out = encrypted_version + key.id;
    const std::string extra = authenticated(out);
    const std::string plain = to_bytes(issued).append(text);
    out += nonce;
    const std::size_t begin = out.size();
    out.resize(begin + plain.size() + tag_size);
    const CipherContext context{EVP_CIPHER_CTX_new()};
    int size = 0;
    unsigned char* const sealed = bytes(out) + begin;
    check(context &&
              EVP_EncryptInit_ex2(context.get(), algorithms_->cipher.get(), key.secret.data(), bytes(nonce),
                                  nullptr) &&
              EVP_EncryptUpdate(context.get(), nullptr, &size, bytes(extra), size_of(extra)) &&
              EVP_EncryptUpdate(context.get(), sealed, &size, bytes(plain), size_of(plain)) &&
              EVP_EncryptFinal_ex(context.get(), sealed + plain.size(), &size) &&
              EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, tag_size, sealed + plain.size()),
          "encrypt a session");
    return encode_base64url(out);
}

std::optional<std::string> SessionCipher::decrypted(const Key& key, std::string_view head,
                                                    std::string_view sealed) const {
    const std::string extra = authenticated(head);
    const std::string_view nonce = sealed.substr(0, nonce_size);
    const std::string_view text = sealed.substr(nonce_size, sealed.size() - nonce_size - tag_size);
    std::string tag{sealed.substr(sealed.size() - tag_size)}, plain(text.size(), '\0');
    const CipherContext context{EVP_CIPHER_CTX_new()};
    int size = 0;
    const bool is_genuine =
        context &&
        EVP_DecryptInit_ex2(context.get(), algorithms_->cipher.get(), key.secret.data(), bytes(nonce),
                            nullptr) &&
        EVP_DecryptUpdate(context.get(), nullptr, &size, bytes(extra), size_of(extra)) &&
        EVP_DecryptUpdate(context.get(), bytes(plain), &size, bytes(text), size_of(text)) &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, tag_size, tag.data()) &&
        EVP_DecryptFinal_ex(context.get(), bytes(plain) + plain.size(), &size) > 0;
    return is_genuine ? std::optional{std::move(plain)} : std::nullopt;
}

std::optional<SessionCipher::Opened> SessionCipher::decrypt(std::string_view value) const {
    const auto decoded = decode_base64url(value);
    if (!decoded || decoded->size() < 1 + id_size + nonce_size + time_size + tag_size) return std::nullopt;
    const std::string_view head = std::string_view{*decoded}.substr(0, 1 + id_size);
    if (head.front() != encrypted_version) return std::nullopt;
    for (const Key& key : keys_) {
        if (key.id != head.substr(1)) continue;
        if (const auto plain = decrypted(key, head, std::string_view{*decoded}.substr(head.size())))
            return Opened{plain->substr(time_size), to_time(plain->substr(0, time_size)),
                          &key != &keys_.front()};
    }
    return std::nullopt;
}

std::string SessionCipher::mac(const Key& key, std::string_view head, std::string_view text) const {
    const MacContext context{EVP_MAC_CTX_new(algorithms_->mac.get())};
    std::string digest = "SHA256", out(mac_size, '\0');
    const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
                                OSSL_PARAM_construct_end()};
    const std::string extra =
        authenticated(head);  // heads are of one size: no need to keep it and the text apart
    std::size_t size = 0;
    check(context && EVP_MAC_init(context.get(), key.secret.data(), key.secret.size(), parameters.data()) &&
              EVP_MAC_update(context.get(), bytes(extra), extra.size()) &&
              EVP_MAC_update(context.get(), bytes(text), text.size()) &&
              EVP_MAC_final(context.get(), bytes(out), &size, out.size()),
          "sign a session");
    return out;
}

// base64url(text) "." base64url(version, key id, time, HMAC-SHA256)
std::string SessionCipher::sign(const Key& key, std::string_view text, std::int64_t issued) const {
    const std::string head = signed_version + key.id + to_bytes(issued);
    return encode_base64url(text).append(".").append(encode_base64url(head + mac(key, head, text)));
}

std::optional<SessionCipher::Opened> SessionCipher::verify(std::string_view value) const {
    constexpr std::size_t head_size = 1 + id_size + time_size;
    const std::size_t dot = std::min(value.find('.'), value.size());
    auto text = decode_base64url(value.substr(0, dot));
    const auto seal = decode_base64url(value.substr(std::min(dot + 1, value.size())));
    if (!text || !seal || seal->size() != head_size + mac_size || seal->front() != signed_version)
        return std::nullopt;
    const std::string_view head = std::string_view{*seal}.substr(0, head_size);
    for (const Key& key : keys_) {
        if (key.id != head.substr(1, id_size)) continue;
        if (CRYPTO_memcmp(mac(key, head, *text).data(), seal->data() + head_size, mac_size) != 0) continue;
        return Opened{*std::move(text), to_time(head.substr(1 + id_size)), &key != &keys_.front()};
    }
    return std::nullopt;
}

}  // namespace patchbay::detail
