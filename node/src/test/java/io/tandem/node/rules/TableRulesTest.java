// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.LoadedText;
import io.tandem.peers.table.DataType;
import io.tandem.peers.table.StickTable;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class TableRulesTest {
    private static final String CONFIGURATION =
            """
            defaults
             mode http
            backend t
             stick-table type ip size 1k store http_req_cnt,http_req_rate(10s),gpc0,conn_cur,gpt0
            backend b
             server s 127.0.0.1:1
            frontend f
             bind 127.0.0.1:1
             http-request track-sc0 src table t
             http-request sc-inc-gpc0(0) if { path /bad }
             http-request sc-set-gpt0(0) 7 if { path /bad }
             http-request deny deny_status 429 if { sc0_http_req_cnt gt 3 }
             http-request return status 200 content-type text/plain lf-string "%[sc_get_gpc0(0)] %[src_get_gpc0(t)] %[src,table_gpc0(t)] %[sc0_get_gpt0] %[src,in_table(t)] %[table_cnt(t)] %[sc0_tracked] %[sc1_tracked]" if { path /show }
             default_backend b
            """;

    private static ExchangeByHand request(LoadedText loaded, String path) {
        return new ExchangeByHand(loaded, "f").request("GET " + path + " HTTP/1.1\nHost: a");
    }

    @Test
    void countsRequestsAndLimitsThem() {
        LoadedText loaded = LoadedText.of(CONFIGURATION);

        assertThat(request(loaded, "/").judge()).isEqualTo(Verdict.CONTINUE);
        assertThat(request(loaded, "/bad").judge()).isEqualTo(Verdict.CONTINUE);
        ExchangeByHand show = request(loaded, "/show");
        assertThat(show.judge()).isEqualTo(Verdict.REPLY);
        assertThat(show.reply()).endsWith("\r\n\r\n1 1 1 7 1 1 1 0");
        ExchangeByHand tooMany = request(loaded, "/");
        assertThat(tooMany.judge()).isEqualTo(Verdict.REPLY);
        assertThat(tooMany.reply()).startsWith("HTTP/1.1 429 ");
    }

    @Test
    void addsToACounterOfAnArrayByNumberOrExpression() {
        LoadedText loaded = LoadedText.of(
                """
                defaults
                 mode http
                backend t
                 stick-table type ip size 1k store gpc(2)
                frontend f
                 bind 127.0.0.1:1
                 http-request track-sc0 src table t
                 http-request sc-add-gpc(1,0) 5
                 http-request sc-add-gpc(1,0) int(-3)
                 http-request sc-add-gpc(1,0) path,length
                 http-request return status 200 content-type text/plain lf-string "%[sc_get_gpc(1,0)]"
                """);
        ExchangeByHand exchange = request(loaded, "/seven!");

        assertThat(exchange.judge()).isEqualTo(Verdict.REPLY);
        assertThat(exchange.reply()).endsWith("\r\n\r\n12");
    }

    @Test
    void anExchangeLetsGoOfItsEntryWhenItEnds() {
        LoadedText loaded = LoadedText.of(CONFIGURATION);
        StickTable table = Objects.requireNonNull(loaded.node().tables().get("t"));
        ExchangeByHand exchange = request(loaded, "/");
        exchange.judge();
        int entry = exchange.facts.tracking.entry(0);
        int current = table.field(DataType.CONN_CUR);
        assertThat(table.value(entry, current, 0)).isEqualTo(1);

        exchange.facts.reset();

        assertThat(exchange.facts.tracking.isEmpty()).isTrue();
        assertThat(table.use(entry)).isZero();
        assertThat(table.value(entry, current, 0)).isZero();
    }

    @Test
    void theTableSurvivesAReloadThatDoesNotChangeIt() {
        LoadedText loaded = LoadedText.of(CONFIGURATION);
        request(loaded, "/bad").judge();

        ExchangeByHand show = request(loaded.reload(CONFIGURATION + " # changed\n"), "/show");
        show.judge();

        assertThat(show.reply()).endsWith("\r\n\r\n1 1 1 7 1 1 1 0");
    }
}
