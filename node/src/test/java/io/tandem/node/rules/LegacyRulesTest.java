// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.LoadedText;
import org.junit.jupiter.api.Test;

class LegacyRulesTest {
    private static ExchangeByHand exchange(String rules) {
        LoadedText loaded = LoadedText.of("defaults\n mode http\nbackend b\n server s 127.0.0.1:1\nfrontend f\n"
                + " bind 127.0.0.1:1\n default_backend b\n" + rules);
        assertThat(loaded.messages()).filteredOn(m -> m.contains("parsing [")).allMatch(m -> m.contains("is retired"));
        return new ExchangeByHand(loaded, "f").request("GET /old/x HTTP/1.1\nHost: a\nX-Gone: 1\nServer-Id: s1");
    }

    @Test
    void rewriteWholeLines() {
        ExchangeByHand exchange = exchange(" reqadd X-New:\\ v\n reqidel ^x-gone:\n"
                + " reqrep ^GET\\ /old/(.*) GET\\ /new/\\1\n reqirep ^server-id:\\ (.*) X-Server:\\ <\\1>\n");

        assertThat(exchange.judge()).isEqualTo(Verdict.CONTINUE);
        assertThat(exchange.target()).isEqualTo("/new/x");
        assertThat(exchange.values("x-new")).containsExactly("v");
        assertThat(exchange.values("x-gone")).isEmpty();
        assertThat(exchange.values("server-id")).isEmpty();
        assertThat(exchange.values("x-server")).containsExactly("<s1>");
    }

    @Test
    void denyAndBlock() {
        assertThat(exchange(" reqideny ^x-gone:\n").judge()).isEqualTo(Verdict.REPLY);
        assertThat(exchange(" reqdeny ^x-gone:\n").judge()).isEqualTo(Verdict.CONTINUE);
        assertThat(exchange(" reqallow ^GET\n reqdeny .\n").judge()).isEqualTo(Verdict.ACCEPT);
        ExchangeByHand blocked = exchange(" block if { path_beg /old }\n");
        assertThat(blocked.judge()).isEqualTo(Verdict.REPLY);
        assertThat(blocked.reply()).startsWith("HTTP/1.1 403 Forbidden\r\n");
    }

    @Test
    void rewriteResponses() {
        ExchangeByHand exchange = exchange(" rspidel ^server:\n rspadd X-A:\\ 1\n rsprep ^X-B:\\ (.*) X-C:\\ \\1\n")
                .response("HTTP/1.1 200 OK\nServer: n\nX-B: 2");

        assertThat(exchange.frontend.responseRules().judge(exchange.facts)).isEqualTo(Verdict.CONTINUE);
        assertThat(exchange.responseValues("server")).isEmpty();
        assertThat(exchange.responseValues("x-a")).containsExactly("1");
        assertThat(exchange.responseValues("x-c")).containsExactly("2");
    }
}
