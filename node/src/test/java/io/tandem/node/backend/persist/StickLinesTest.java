// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.persist;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerState;
import io.tandem.node.boot.LoadedText;
import io.tandem.node.rules.ExchangeByHand;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The messages were seen on HAProxy 2.6.12. */
class StickLinesTest {
    private static LoadedText load(String... lines) {
        return LoadedText.of("defaults\n    mode http\nfrontend f\n    bind 127.0.0.1:1\n    default_backend b\n"
                + "backend b\n    stick-table type string len 32 size 10k expire 1h\n    "
                + String.join("\n    ", lines)
                + "\n    server s1 127.0.0.1:1\n    server s2 127.0.0.1:2\n    server s3 127.0.0.1:3 non-stick\n");
    }

    private static ExchangeByHand request(LoadedText loaded, String head) {
        return new ExchangeByHand(loaded, "f").request("GET / HTTP/1.1\nhost: x\n" + head);
    }

    /** Has {@code server} chosen for a request, as balancing would, and its response seen. */
    private static void serve(LoadedText loaded, String head, int server, String response) {
        Backend backend = loaded.backend("b");
        ExchangeByHand exchange = request(loaded, head);
        exchange.facts.server = backend.servers().get(server);
        backend.persistence().onServerChosen(exchange.facts);
        exchange.response("HTTP/1.1 200 OK\n" + response);
        backend.persistence().onResponse(exchange.facts);
    }

    private static @Nullable String remembered(LoadedText loaded, String head) {
        Server server = loaded.backend("b").persistence().serverFor(request(loaded, head).facts);
        return server == null ? null : server.name();
    }

    @Test
    void aKeySeenBeforeFindsItsServer() {
        LoadedText loaded = load("stick on req.hdr(user)");
        assertThat(loaded.messages()).isEmpty();
        assertThat(remembered(loaded, "user: anna")).isNull();
        serve(loaded, "user: anna", 1, "x: y");
        assertThat(remembered(loaded, "user: anna")).isEqualTo("s2");
        assertThat(remembered(loaded, "user: bert")).isNull();
        assertThat(remembered(loaded, "x: y")).isNull();
    }

    @Test
    void anotherServerIsRememberedAfterARedispatch() {
        LoadedText loaded = load("stick on req.hdr(user)");
        serve(loaded, "user: anna", 1, "x: y");
        serve(loaded, "user: anna", 0, "x: y");
        assertThat(remembered(loaded, "user: anna")).isEqualTo("s1");
    }

    @Test
    void aServerThatIsDownIsNotReturnedToUnlessThatIsAskedFor() {
        for (String option : new String[] {"no option persist", "option persist"}) {
            LoadedText loaded = load(option, "stick on req.hdr(user)");
            serve(loaded, "user: anna", 1, "x: y");
            loaded.backend("b").servers().get(1).state().health(ServerState.Health.DOWN, 0, 0);
            assertThat(remembered(loaded, "user: anna")).isEqualTo(option.startsWith("no") ? null : "s2");
        }
    }

    @Test
    void aServerThatDrainsKeepsItsClients() {
        LoadedText loaded = load("stick on req.hdr(user)");
        serve(loaded, "user: anna", 1, "x: y");
        loaded.backend("b").servers().get(1).state().draining(true, 0);
        assertThat(remembered(loaded, "user: anna")).isEqualTo("s2");
    }

    @Test
    void matchingAndStoringMayBeApartAndConditional() {
        LoadedText loaded = load(
                "stick match req.hdr(session) if { method GET }",
                "stick store-request req.hdr(user) unless { req.hdr(user) nobody }",
                "stick store-response res.hdr(session)");
        assertThat(loaded.messages()).isEmpty();
        serve(loaded, "user: nobody", 1, "session: 42");
        assertThat(remembered(loaded, "session: 42")).isEqualTo("s2");
        assertThat(remembered(loaded, "session: nobody")).isNull();
        serve(loaded, "user: anna", 0, "x: y");
        assertThat(remembered(loaded, "session: anna")).isEqualTo("s1");
    }

    @Test
    void aNonStickServerIsNotRemembered() {
        LoadedText loaded = load("stick on req.hdr(user)");
        serve(loaded, "user: anna", 2, "x: y");
        assertThat(remembered(loaded, "user: anna")).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "stick on|parsing [t.cfg:8] : 'stick' expects a fetch method.",
                "stick foo|parsing [t.cfg:8] : 'stick' expects 'on', 'match', or 'store'.",
                "stick on foo|parsing [t.cfg:8] : 'stick': unknown fetch method 'foo'",
                "stick on src foo|parsing [t.cfg:8] : 'stick': unknown keyword 'foo'.",
                "stick on src table nope|Proxy 'b': unable to find stick-table 'nope'.",
                "stick store-response hdr(x) table nope|Proxy 'b': unable to find store table 'nope'.",
                "stick on res.hdr(x)|parsing [t.cfg:8] : 'stick': fetch method 'res.hdr' extracts information from 'HTTP"
                        + " response headers', none of which is available during request.",
            })
    void aMistakeIsWordedAsHaproxyWordsIt(String line, String message) {
        assertThat(load(line).messages()).containsExactly(message);
    }
}
