// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.LoadedText;
import io.tandem.node.rules.sample.Text;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ResponseRulesTest {
    private static final String BEGIN =
            "defaults\n mode http\nbackend b\n server s 127.0.0.1:1\nfrontend f\n bind 127.0.0.1:1\n default_backend b\n";

    private static ExchangeByHand exchange(String rules) {
        LoadedText loaded = LoadedText.of(BEGIN + rules);
        assertThat(loaded.messages()).noneMatch(m -> m.contains("parsing ["));
        return new ExchangeByHand(loaded, "f").request("GET /x HTTP/1.1\nHost: a\nCookie: x=1; SESS=abcdef");
    }

    @Test
    void changesResponses() {
        ExchangeByHand exchange = exchange(" http-response set-header X-S %[status]\n"
                        + " http-response del-header server\n http-response set-status 202 if { status 200 }\n"
                        + " http-after-response add-header X-A %[res.hdr(content-type)]\n")
                .response("HTTP/1.1 200 OK\nServer: n\nContent-Type: t");

        assertThat(exchange.frontend.responseRules().judge(exchange.facts)).isEqualTo(Verdict.CONTINUE);
        exchange.frontend.afterResponseRules().judge(exchange.facts);

        assertThat(exchange.responseValues("x-s")).containsExactly("200");
        assertThat(exchange.responseValues("server")).isEmpty();
        assertThat(exchange.responseValues("x-a")).containsExactly("t");
        assertThat(exchange.facts.response.status()).isEqualTo(202);
    }

    @Test
    void deniesAResponseWith502() {
        ExchangeByHand exchange = exchange(" http-response deny if { res.hdr(server) -m found }\n")
                .response("HTTP/1.1 200 OK\nServer: n");

        assertThat(exchange.frontend.responseRules().judge(exchange.facts)).isEqualTo(Verdict.REPLY);
        assertThat(exchange.reply()).startsWith("HTTP/1.1 502 Bad Gateway\r\n");
        assertThat(exchange.facts.terminationWho).isEqualTo('P');
        assertThat(exchange.facts.terminationWhen).isEqualTo('H');
    }

    @Test
    void keepsWhatLogsShallShow() {
        ExchangeByHand exchange =
                exchange(" capture request header Host len 10\n capture response header Server len 3\n"
                        + " http-request capture path len 4\n capture cookie SESS len 8\n");
        exchange.judge();
        exchange.response("HTTP/1.1 200 OK\nServer: nginx\nSet-Cookie: SESSION=new; path=/");
        exchange.frontend.responseRules().judge(exchange.facts);

        byte[][] request = Objects.requireNonNull(exchange.facts.requestCaptures);
        byte[][] response = Objects.requireNonNull(exchange.facts.responseCaptures);
        assertThat(text(request[0])).isEqualTo("a");
        assertThat(text(request[1])).isEqualTo("/x");
        assertThat(text(response[0])).isEqualTo("ngi");
        assertThat(text(Objects.requireNonNull(exchange.facts.requestCookie))).isEqualTo("SESS=abc");
        assertThat(text(Objects.requireNonNull(exchange.facts.responseCookie))).isEqualTo("SESSION=");
    }

    @Test
    void makesOneUniqueIdForAnExchange() {
        ExchangeByHand exchange = exchange(" unique-id-format %{+X}o%ci-%cp-%[uuid]\n"
                + " http-request set-header X-Id %[unique-id]\n http-request set-header X-Same %[unique-id]\n");

        exchange.judge();

        assertThat(exchange.values("x-id")).hasSize(1).first().asString().startsWith("7F000001-9C40-");
        assertThat(exchange.values("x-same")).isEqualTo(exchange.values("x-id"));
    }

    @Test
    void answersTheMonitor() {
        String rules = " monitor-uri /alive\n monitor fail if { nbsrv(b) lt 1 }\n http-request deny\n";
        LoadedText loaded = LoadedText.of(BEGIN + rules);
        ExchangeByHand exchange = new ExchangeByHand(loaded, "f").request("GET /alive HTTP/1.1\nHost: a");

        assertThat(exchange.judge()).isEqualTo(Verdict.REPLY);
        assertThat(exchange.reply()).startsWith("HTTP/1.1 200 OK\r\n");
        assertThat(exchange.facts.logLevel).isEqualTo(Facts.SILENT);
    }

    private static String text(byte[] bytes) {
        return Text.string(bytes, 0, bytes.length);
    }
}
