// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.FetchKind.fetch;
import static io.tandem.node.rules.sample.Parameter.optionalInteger;

import io.tandem.node.frontend.TlsFacts;
import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import io.tandem.node.tls.CipherNumbers;
import io.tandem.node.tls.HelloCapture;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Fetches on the client's first message (HAProxy manual 7.3.4): the inputs of fingerprints such as JA3. They have a value only
 * where {@code tune.ssl.capture-buffer-size} keeps that message.
 */
final class HelloFetches {
    static final List<Keyword<FetchKind>> ALL = List.of(
            number(
                    "ssl_fc_protocol_hello_id",
                    "the TLS version that the client's first message names",
                    HelloCapture::version),
            list("ssl_fc_cipherlist_bin", "cipher suites the client offers", HelloCapture::ciphers),
            list("ssl_fc_extlist_bin", "extensions of the client's first message", HelloCapture::extensions),
            list("ssl_fc_eclist_bin", "elliptic curves the client offers", HelloCapture::groups),
            list("ssl_fc_sigalgs_bin", "signature algorithms the client offers", HelloCapture::signatures),
            list("ssl_fc_supported_versions_bin", "versions of TLS the client offers", HelloCapture::versions),
            fetch("ssl_fc_ecformats_bin")
                    .of(Need.CLIENT_CONNECTION)
                    .doc("formats of curve points the client knows")
                    .simply((facts, out) -> {
                        HelloCapture hello = hello(facts);
                        return hello != null && TlsFetches.bytes(hello.formats(), out);
                    }),
            fetch("ssl_fc_cipherlist_hex")
                    .args(optionalInteger("filter"))
                    .returns(SampleType.BINARY) // as HAProxy declares it, and STRING what is bytes: ACLs match by that
                    .of(Need.CLIENT_CONNECTION)
                    .doc("cipher suites the client offers, in hexadecimal")
                    .as(args -> {
                        boolean filtered = filtered(args);
                        return (facts, out) -> {
                            HelloCapture hello = hello(facts);
                            if (hello == null) {
                                return false;
                            }
                            Builder text = new Builder(facts.scratch);
                            byte[] ciphers = hello.ciphers();
                            for (int i = 0; i + 1 < ciphers.length; i += 2) {
                                if (!filtered || !isGrease(ciphers, i)) {
                                    hex(text, ciphers[i]);
                                    hex(text, ciphers[i + 1]);
                                }
                            }
                            return text.length() > 0 && text.into(out);
                        };
                    }),
            fetch("ssl_fc_cipherlist_str")
                    .args(optionalInteger("filter"))
                    .of(Need.CLIENT_CONNECTION)
                    .doc("names of the cipher suites the client offers")
                    .as(args -> {
                        boolean filtered = filtered(args);
                        return (facts, out) -> names(facts, filtered, out);
                    }),
            number(
                    "ssl_fc_cipherlist_xxh",
                    "a hash of the cipher suites the client offers",
                    HelloCapture::ciphersHash));

    private static final byte[] DIGITS = Text.bytes("0123456789ABCDEF");

    private HelloFetches() {}

    private static @Nullable HelloCapture hello(Facts facts) {
        TlsFacts tls = facts.tls;
        return tls == null ? null : tls.hello();
    }

    private static boolean filtered(Args args) {
        return args.integer(0, 0) != 0;
    }

    /** A value that clients add at random, to keep servers tolerant (RFC 8701): {@code 0x?A?A}, both bytes alike. */
    private static boolean isGrease(byte[] list, int at) {
        return list[at] == list[at + 1] && (list[at] & 0x0F) == 0x0A;
    }

    private static Keyword<FetchKind> number(String name, String doc, ToLongFunction<HelloCapture> of) {
        return fetch(name)
                .returns(SampleType.INTEGER)
                .of(Need.CLIENT_CONNECTION)
                .doc(doc)
                .simply((facts, out) -> {
                    HelloCapture hello = hello(facts);
                    if (hello != null) {
                        out.set(of.applyAsLong(hello));
                    }
                    return hello != null;
                });
    }

    private static Keyword<FetchKind> list(String name, String doc, Function<HelloCapture, byte[]> of) {
        return fetch(name)
                .args(optionalInteger("filter"))
                .of(Need.CLIENT_CONNECTION)
                .doc(doc)
                .as(args -> {
                    boolean filtered = filtered(args);
                    return (facts, out) -> {
                        HelloCapture hello = hello(facts);
                        if (hello == null || !filtered) {
                            return hello != null && TlsFetches.bytes(of.apply(hello), out);
                        }
                        Builder kept = new Builder(facts.scratch);
                        byte[] values = of.apply(hello);
                        for (int i = 0; i + 1 < values.length; i += 2) {
                            if (!isGrease(values, i)) {
                                kept.append(values, i, i + 2);
                            }
                        }
                        return kept.length() > 0 && kept.into(out, SampleType.BINARY);
                    };
                });
    }

    private static boolean names(Facts facts, boolean filtered, Sample out) {
        HelloCapture hello = hello(facts);
        if (hello == null) {
            return false;
        }
        Builder text = new Builder(facts.scratch);
        byte[] ciphers = hello.ciphers();
        for (int i = 0; i + 1 < ciphers.length; i += 2) {
            if (filtered && isGrease(ciphers, i)) {
                continue;
            }
            if (!text.isEmpty()) {
                text.append(',');
            }
            int number = (ciphers[i] & 0xFF) << 8 | (ciphers[i + 1] & 0xFF);
            byte[] name = Text.bytes(CipherNumbers.name(number));
            text.append(name, 0, name.length);
        }
        return text.length() > 0 && text.into(out);
    }

    private static void hex(Builder text, byte b) {
        text.append(DIGITS[b >> 4 & 0xF]);
        text.append(DIGITS[b & 0xF]);
    }
}
