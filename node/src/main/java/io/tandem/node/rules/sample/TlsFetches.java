// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.FetchKind.fetch;

import io.tandem.node.frontend.TlsFacts;
import io.tandem.node.frontend.TlsFacts.Secret;
import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import io.tandem.node.tls.EngineErrors;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Fetches on the TLS of a connection (HAProxy manual 7.3.4): {@code ssl_fc…} of the client's, {@code ssl_bc…} of the server's. */
final class TlsFetches {
    static final List<Keyword<FetchKind>> ALL = all();

    /** One of the two connections. */
    enum Side {
        CLIENT("ssl_fc", Need.CLIENT_CONNECTION, "the client's connection") {
            @Override
            @Nullable TlsFacts of(Facts facts) {
                return facts.tls;
            }
        },
        SERVER("ssl_bc", Need.SERVER_CONNECTION, "the connection to the server") {
            @Override
            @Nullable TlsFacts of(Facts facts) {
                return facts.serverTls;
            }
        };

        private final String prefix;
        private final Need need;
        private final String words;

        Side(String prefix, Need need, String words) {
            this.prefix = prefix;
            this.need = need;
            this.words = words;
        }

        abstract @Nullable TlsFacts of(Facts facts);

        Need need() {
            return need;
        }

        String words() {
            return words;
        }
    }

    private TlsFetches() {}

    private static List<Keyword<FetchKind>> all() {
        List<Keyword<FetchKind>> all = new ArrayList<>();
        for (Side side : Side.values()) {
            common(side, all);
        }
        Side client = Side.CLIENT;
        all.add(always(client, "_has_sni", "whether the client named a server", tls -> !tls.serverName()
                .isEmpty()));
        all.add(flag(
                client,
                "_has_crt",
                "whether the client presented a certificate on this connection",
                tls -> !tls.isResumed() && tls.peer() != null));
        all.add(flag(
                client,
                "_has_early",
                "whether the request came before the handshake; the engine takes none",
                tls -> false));
        all.add(text(client, "_sni", "the server name the client asked for", TlsFacts::serverName));
        for (Secret secret : Secret.values()) {
            if (!secret.label().isEmpty()) {
                all.add(logged(client, secret));
            }
        }
        all.addAll(HelloFetches.ALL);
        all.addAll(CertificateFetches.ALL);
        return List.copyOf(all);
    }

    private static void common(Side side, List<Keyword<FetchKind>> all) {
        all.add(fetch(side.prefix)
                .returns(SampleType.BOOLEAN)
                .of(side.need)
                .doc("whether " + side.words + " speaks TLS")
                .simply((facts, out) -> {
                    out.set(side.of(facts) != null);
                    return true;
                }));
        all.add(always(side, "_is_resumed", "whether the session was resumed", TlsFacts::isResumed));
        all.add(text(side, "_protocol", "the TLS version", TlsFacts::protocol));
        all.add(text(side, "_cipher", "the cipher suite", TlsFacts::cipher));
        all.add(text(side, "_alpn", "the protocol ALPN agreed on", TlsFacts::alpn));
        all.add(text(side, "_npn", "the protocol NPN agreed on; that extension is gone: none", tls -> ""));
        all.add(number(side, "_alg_keysize", "bits of the cipher's key", tls -> keySize(tls.cipher())));
        all.add(number(side, "_use_keysize", "bits of the cipher's key that are secret", tls -> keySize(tls.cipher())));
        all.add(number(side, "_err", "the error that ended the handshake, as OpenSSL counts them", TlsFacts::error));
        all.add(text(
                side,
                "_err_str",
                "the error that ended the handshake, in OpenSSL's words",
                tls -> tls.error() == 0 ? "" : EngineErrors.text(tls.error())));
        all.add(secret(side, "_session_id", "the session's id", Secret.SESSION_ID));
        all.add(secret(side, "_session_key", "the session's master key", Secret.MASTER_KEY));
        all.add(secret(side, "_client_random", "the client's random bytes", Secret.CLIENT_RANDOM));
        all.add(secret(side, "_server_random", "the server's random bytes", Secret.SERVER_RANDOM));
    }

    private static int keySize(String cipher) {
        String name = cipher.toUpperCase(Locale.ROOT);
        return name.contains("CHACHA20") || name.contains("256-") || name.contains("256_") || name.endsWith("AES256")
                ? 256
                : name.contains("3DES") || name.contains("DES-CBC3") ? 168 : 128;
    }

    private static Keyword<FetchKind> text(Side side, String name, String doc, Function<TlsFacts, String> fact) {
        return fetch(side.prefix + name)
                .of(side.need)
                .doc(doc + ", of " + side.words)
                .simply((facts, out) -> {
                    TlsFacts tls = side.of(facts);
                    if (tls == null) {
                        return false;
                    }
                    String text = fact.apply(tls);
                    return !text.isEmpty() && ConnectionFetches.text(text, facts.scratch, out);
                });
    }

    private static Keyword<FetchKind> number(Side side, String name, String doc, ToLongFunction<TlsFacts> fact) {
        return fetch(side.prefix + name)
                .returns(SampleType.INTEGER)
                .of(side.need)
                .doc(doc + ", of " + side.words)
                .simply((facts, out) -> {
                    TlsFacts tls = side.of(facts);
                    if (tls == null) {
                        return false;
                    }
                    out.set(fact.applyAsLong(tls));
                    return true;
                });
    }

    private interface Flag {
        boolean of(TlsFacts tls);
    }

    private static Keyword<FetchKind> flag(Side side, String name, String doc, Flag fact) {
        return flag(side, name, doc, fact, false);
    }

    /** One that is false, rather than nothing, without TLS. */
    private static Keyword<FetchKind> always(Side side, String name, String doc, Flag fact) {
        return flag(side, name, doc, fact, true);
    }

    private static Keyword<FetchKind> flag(Side side, String name, String doc, Flag fact, boolean withoutTls) {
        return fetch(side.prefix + name)
                .returns(SampleType.BOOLEAN)
                .of(side.need)
                .doc(doc + ", of " + side.words)
                .simply((facts, out) -> {
                    TlsFacts tls = side.of(facts);
                    out.set(tls != null && fact.of(tls));
                    return withoutTls || tls != null;
                });
    }

    /** A line of an {@code SSLKEYLOGFILE}: hexadecimal digits, with {@code tune.ssl.keylog on} alone. */
    private static Keyword<FetchKind> logged(Side side, Secret which) {
        return fetch(side.prefix + "_" + which.label().toLowerCase(Locale.ROOT))
                .of(side.need)
                .doc(which.label() + " of TLS 1.3, in hexadecimal digits (tune.ssl.keylog), of " + side.words)
                .simply((facts, out) -> {
                    TlsFacts tls = side.of(facts);
                    byte[] digits = tls == null ? null : tls.secret(which);
                    if (digits == null) {
                        return false;
                    }
                    out.set(SampleType.STRING, digits, 0, digits.length);
                    return true;
                });
    }

    private static Keyword<FetchKind> secret(Side side, String name, String doc, Secret which) {
        return fetch(side.prefix + name)
                .returns(SampleType.BINARY)
                .of(side.need)
                .doc(doc + ", of " + side.words)
                .simply((facts, out) -> {
                    TlsFacts tls = side.of(facts);
                    return tls != null && bytes(tls.secret(which), out);
                });
    }

    /** A value that somebody owns; nothing where it is null or empty. */
    static boolean bytes(byte @Nullable [] value, Sample out) {
        if (value == null || value.length == 0) {
            return false;
        }
        out.set(SampleType.BINARY, value, 0, value.length);
        return true;
    }
}
