// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.LoadedText;
import org.junit.jupiter.api.Test;

/** {@code option forwarded}, which the installed haproxy does not have: RFC 7239 and HAProxy 2.8's manual are the judges. */
class ForwardedTest {
    private static String forwarded(String line, String host) {
        return forwarded(line, host, new byte[] {(byte) 192, 0, 2, 7});
    }

    private static String forwarded(String line, String host, byte[] source) {
        LoadedText loaded = LoadedText.of("defaults\n mode http\nfrontend f\n bind 127.0.0.1:1\n default_backend b\n"
                + "backend b\n " + line + "\n server s 127.0.0.1:1\n");
        assertThat(loaded.messages())
                .noneMatch(message -> message.contains("parsing [") && !message.contains("has no effect"));
        ExchangeByHand exchange = new ExchangeByHand(loaded, "f").request("GET / HTTP/1.1\nHost: " + host);
        exchange.facts.source.set(source, 4711);
        loaded.configuration().backend("b").orElseThrow().requestRules().judge(exchange.facts);
        return String.join(", ", exchange.values("forwarded"));
    }

    @Test
    void protocolAndClientAreToldUnlessSomethingElseIsAskedFor() {
        assertThat(forwarded("option forwarded", "a")).isEqualTo("proto=http;for=192.0.2.7");
        assertThat(forwarded("option forwarded\n no option forwarded", "a")).isEmpty();
    }

    @Test
    void allElementsStandInTheManualsOrder() {
        assertThat(forwarded("option forwarded for by_port by host proto", "example.com"))
                .isEqualTo("proto=http;host=\"example.com\";by=\"127.0.0.1:80\";for=192.0.2.7");
        assertThat(forwarded("option forwarded for for_port", "a")).isEqualTo("for=\"192.0.2.7:4711\"");
    }

    @Test
    void aPortHasNoPlaceWithoutItsNode() {
        assertThat(forwarded("option forwarded for by_port", "a")).isEqualTo("for=192.0.2.7");
        assertThat(forwarded("option forwarded by for_port-expr int(8)", "a")).isEqualTo("by=127.0.0.1");
        assertThat(LoadedText.of("defaults\n mode http\nbackend b\n option forwarded by_port\n server s 127.0.0.1:1\n")
                        .messages())
                .anyMatch(message -> message.contains("'by_port' has no effect without 'by'"));
    }

    @Test
    void ipv6StandsInBracketsAndQuotes() {
        byte[] source = new byte[16];
        source[0] = 0x20;
        source[1] = 1;
        source[15] = 1;
        assertThat(forwarded("option forwarded for", "a", source)).isEqualTo("for=\"[2001::1]\"");
        assertThat(forwarded("option forwarded for for_port", "a", source)).isEqualTo("for=\"[2001::1]:4711\"");
    }

    @Test
    void expressionsAreObfuscatedNamesOrNotTold() {
        assertThat(forwarded("option forwarded for-expr str(secret)", "a")).isEqualTo("for=_secret");
        assertThat(forwarded("option forwarded for-expr str(_gazonk)", "a")).isEqualTo("for=_gazonk");
        assertThat(forwarded("option forwarded for-expr str(unknown)", "a")).isEqualTo("for=unknown");
        assertThat(forwarded("option forwarded for-expr req.hdr(host) for_port-expr req.hdr(host)", "a;by=1"))
                .isEqualTo("for=\"unknown:unknown\"");
        assertThat(forwarded("option forwarded for-expr req.hdr(none) by-expr int(5) by_port-expr int(8)", "a"))
                .isEqualTo("by=\"_5:8\";for=unknown");
    }

    @Test
    void aClientCannotBreakOutOfTheHostsQuotes() {
        assertThat(forwarded("option forwarded host", "a\";for=9")).isEqualTo("host=\"a\\\";for=9\"");
        assertThat(forwarded("option forwarded host-expr str(x)", "a")).isEqualTo("host=\"x\"");
    }

    @Test
    void mistakesAreNamed() {
        for (String line : new String[] {"foo", "for-expr", "for-expr nope", "by by", "for-expr res.hdr(x)"}) {
            LoadedText loaded = LoadedText.of(
                    "defaults\n mode http\nbackend b\n option forwarded " + line + "\n server s 127.0.0.1:1\n");
            assertThat(loaded.messages()).anyMatch(message -> message.contains("option forwarded"));
        }
        assertThat(LoadedText.of("defaults\n mode http\nfrontend b\n bind 127.0.0.1:1\n option forwarded\n")
                        .messages())
                .anyMatch(message -> message.contains("no backend capability"));
    }

    @Test
    void niceIsAcceptedWithAWarning() {
        assertThat(LoadedText.of("defaults\n mode http\nfrontend b\n bind 127.0.0.1:1\n http-request set-nice 5\n")
                        .messages())
                .anyMatch(message -> message.contains("set-nice' has no effect"));
    }
}
