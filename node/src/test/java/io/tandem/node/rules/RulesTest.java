// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.LoadedText;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class RulesTest {
    private static final String BEGIN = "defaults\n mode http\n";
    private static final String BACKENDS = "backend b\n server s 127.0.0.1:1\nbackend api\n server s 127.0.0.1:1\n";

    private static LoadedText load(String... rules) {
        LoadedText loaded =
                LoadedText.of(BEGIN + "frontend f\n bind 127.0.0.1:1\n " + String.join("\n ", rules) + "\n" + BACKENDS);
        assertThat(loaded.messages()).noneMatch(message -> message.contains("parsing ["));
        return loaded;
    }

    private static ExchangeByHand get(LoadedText loaded, String head) {
        return new ExchangeByHand(loaded, "f").request(head);
    }

    @Test
    void redirectsToHttpsUnlessTheClientSpeaksTls() {
        LoadedText loaded = load("http-request redirect scheme https unless { ssl_fc }");
        ExchangeByHand exchange = get(loaded, "GET /a?b HTTP/1.1\nHost: h:80");

        assertThat(exchange.judge()).isEqualTo(Verdict.REPLY);
        assertThat(exchange.reply())
                .isEqualTo("HTTP/1.1 302 Found\r\ncontent-length: 0\r\nlocation: https://h:80/a?b\r\n"
                        + "cache-control: no-cache\r\n\r\n");
        assertThat(exchange.facts.terminationWho).isEqualTo('L');
        assertThat(exchange.facts.terminationWhen).isEqualTo('R');
    }

    @Test
    void setsAndAddsHeadersFromSamples() {
        LoadedText loaded = load(
                "http-request set-header X-Forwarded-Port %[dst_port]",
                "http-request add-header X-A 1",
                "http-request add-header X-A \"%[src] %[req.hdr(host),lower,field(1,:)]\"",
                "http-request del-header X-Gone");
        ExchangeByHand exchange = get(loaded, "GET / HTTP/1.1\nHost: WWW.Example:80\nx-forwarded-port: 1\nx-gone: 1");

        assertThat(exchange.judge()).isEqualTo(Verdict.CONTINUE);
        assertThat(exchange.values("x-forwarded-port")).containsExactly("80");
        assertThat(exchange.values("x-a")).containsExactly("1", "127.0.0.1 www.example");
        assertThat(exchange.values("x-gone")).isEmpty();
    }

    @Test
    void deniesWithHaproxysPage() {
        ExchangeByHand exchange =
                get(load("http-request deny if { path_beg /admin }"), "GET /admin/x HTTP/1.1\nHost: a");

        assertThat(exchange.judge()).isEqualTo(Verdict.REPLY);
        assertThat(exchange.reply())
                .isEqualTo("HTTP/1.1 403 Forbidden\r\ncontent-length: 93\r\ncache-control: no-cache\r\n"
                        + "content-type: text/html\r\n\r\n<html><body><h1>403 Forbidden</h1>\n"
                        + "Request forbidden by administrative rules.\n</body></html>\n");
        assertThat(exchange.facts.terminationWho).isEqualTo('P');
        assertThat(Objects.requireNonNull(exchange.facts.reply).status()).isEqualTo(403);
    }

    @Test
    void answersWithThePageOfASectionOrWithNothing() throws Exception {
        java.nio.file.Path page = java.nio.file.Files.createTempFile("page", ".http");
        java.nio.file.Files.writeString(page, "HTTP/1.1 404 Nope\r\ncontent-length: 3\r\n\r\nabc");
        LoadedText loaded = LoadedText.of(BEGIN + "http-errors pages\n errorfile 404 " + page
                + "\nfrontend f\n bind 127.0.0.1:1\n http-request return status 404 errorfiles pages if { path /a }\n"
                + " http-request deny errorfiles pages\n" + BACKENDS);
        java.nio.file.Files.delete(page);

        ExchangeByHand exchange = get(loaded, "GET /a HTTP/1.1\nHost: a");
        assertThat(exchange.judge()).isEqualTo(Verdict.REPLY);
        assertThat(exchange.reply()).isEqualTo("HTTP/1.1 404 Nope\r\ncontent-length: 3\r\n\r\nabc");

        exchange = get(loaded, "GET /b HTTP/1.1\nHost: a");
        assertThat(exchange.judge()).isEqualTo(Verdict.REPLY);
        assertThat(exchange.reply()).isEqualTo("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
    }

    @Test
    void switchesToTheFirstBackendWhoseConditionHolds() {
        LoadedText loaded = load(
                "acl is_api path_beg /api",
                "acl is_api hdr(host) -i api.example",
                "use_backend api if is_api !{ method POST }",
                "use_backend %[req.hdr(x-be)] if { req.hdr(x-be) -m found }",
                "default_backend b");

        assertThat(get(loaded, "GET /api/1 HTTP/1.1\nHost: a").backend()).isEqualTo("api");
        assertThat(get(loaded, "GET / HTTP/1.1\nHost: API.example").backend()).isEqualTo("api");
        assertThat(get(loaded, "POST /api HTTP/1.1\nHost: a").backend()).isEqualTo("b");
        assertThat(get(loaded, "GET / HTTP/1.1\nHost: a\nX-Be: api").backend()).isEqualTo("api");
        assertThat(get(loaded, "GET / HTTP/1.1\nHost: a\nX-Be: nope").backend()).isEqualTo("b");
    }

    @Test
    void rewritesPathsAndHeaders() {
        LoadedText loaded = load(
                "http-request replace-path /old/(.*) /new/\\1",
                "http-request set-query %[query,lower] if { query -m found }",
                "http-request replace-header X-H (.*)-(.*) \\2-\\1",
                "http-request replace-value X-V ^a(.*)$ b\\1");
        ExchangeByHand exchange = get(loaded, "GET /old/x?A=B HTTP/1.1\nHost: a\nX-H: 1-2\nX-V: a1, c, a2");

        assertThat(exchange.judge()).isEqualTo(Verdict.CONTINUE);
        assertThat(exchange.target()).isEqualTo("/new/x?a=b");
        assertThat(exchange.values("x-h")).containsExactly("2-1");
        assertThat(exchange.values("x-v")).containsExactly("b1, c,b2");
    }

    @Test
    void remembersVariablesForTheirScope() {
        LoadedText loaded = load(
                "http-request set-var(txn.host) req.hdr(host),lower",
                "http-request set-var-fmt(req.both) \"%[var(txn.host)]-%[src]\"",
                "http-request return status 200 content-type text/plain lf-string \"%[var(req.both)] %[var(txn.no,none)]\"");
        ExchangeByHand exchange = get(loaded, "GET / HTTP/1.1\nHost: HH");

        assertThat(exchange.judge()).isEqualTo(Verdict.REPLY);
        assertThat(exchange.reply()).endsWith("\r\n\r\nhh-127.0.0.1 none");
    }

    @Test
    void aHostileExpressionGivesUpInsteadOfHanging() {
        LoadedText loaded = load("http-request deny if { path_reg ^/(?=.)(.*)(.*)(.*)(.*)(.*)(.*)x$ }");
        long before = io.tandem.node.rules.sample.Regex.givenUp();
        ExchangeByHand exchange = get(loaded, "GET /" + "a".repeat(200) + "x! HTTP/1.1\nHost: a");

        assertThat(exchange.judge()).isEqualTo(Verdict.CONTINUE);
        assertThat(io.tandem.node.rules.sample.Regex.givenUp()).isEqualTo(before + 1);
    }
}
