// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The texts are those of haproxy 2.6.12 for the same line. */
class TableParserTest {
    @Test
    void aCompleteDeclarationIsUnderstood() {
        TableParser.Result result = parse(
                "type string len 64 size 1k expire 30m nopurge srvkey addr peers p store gpc0,http_req_rate(10s) store gpt(3)");

        assertThat(result.findings()).isEmpty();
        assertThat(result.peers()).isEqualTo("p");
        assertThat(result.definition())
                .isEqualTo(new TableDefinition(
                        "t",
                        KeyType.STRING,
                        64,
                        1024,
                        1_800_000,
                        true,
                        true,
                        true,
                        List.of(
                                Column.of(DataType.GPC0),
                                Column.rate(DataType.HTTP_REQ_RATE, 10_000),
                                new Column(DataType.GPT, 3, 0))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "type ip size 1k store gpc0,foo| : stick-table: unknown store option 'foo'.",
                "type ip size 1k store http_req_rate| : stick-table: missing argument to store option 'http_req_rate'.",
                "type ip size 1k store http_req_rate(10x)| : stick-table: error when processing store option 'http_req_rate'.",
                "type ip size 1k store http_req_rate()| : stick-table: error when processing store option 'http_req_rate'.",
                "type ip size 1k store http_req_rate(30d)| : stick-table: error when processing store option 'http_req_rate'.",
                "type ip size 1k store gpc0(3)| : stick-table: unexpected argument to store option 'gpc0'.",
                "type ip size 1k store gpc(101)| : stick-table: array size is out of allowed range (1-100) for store option 'gpc'.",
                "type ip size 1k store gpc(0)| : stick-table: array size is out of allowed range (1-100) for store option 'gpc'.",
                "type ip size 1k store gpc_rate(x,10s)| : stick-table: array size is out of allowed range (1-100) for store option 'gpc_rate'.",
                "type ip size 1k store gpc_rate(2)| : stick-table: missing argument to store option 'gpc_rate'.",
                "type ip size 1k store http_req_rate(10s| : stick-table: missing closing parenthesis after store option 'http_req_rate'.",
                "type ip size 1k store gpc(2),gpc0| : stick-table: simultaneous usage of 'gpc' and 'gpc[0/1]' in a same table is not permitted as 'gpc' overrides 'gpc[0/1]'.",
                "type ip size 1k store gpt(2),gpt0| : stick-table: simultaneous usage of 'gpt' and 'gpt0' in a same table is not permitted as 'gpt' overrides 'gpt0'.",
                "type ip size 1k store ,gpc0| : stick-table: unknown store option ''.",
                "type ip size 1k store gpc0, conn_cnt| : stick-table: unknown argument 'conn_cnt'.",
                "type foo size 1k| : stick-table: unknown type 'foo'.",
                "type string len 0 size 1k| : stick-table: unknown type '0'.",
                "type string len size 1k| : stick-table: unknown type 'size'.",
                "type ip len 3 size 1k| : stick-table: unknown argument 'len'.",
                "type ip size 1x| : stick-table: unexpected character 'x' in argument of 'size'.",
                "type ip size 1kb| : stick-table: unexpected character 'b' in argument of 'size'.",
                "type ip size k| : stick-table: unexpected character 'k' in argument of 'size'.",
                "type ip size 5g| : stick-table: unexpected character 'g' in argument of 'size'.",
                "type ip size 0| : stick-table: missing size.",
                "type ip size| : stick-table: missing argument after 'size'.",
                "type ip| : stick-table: missing size.",
                "size 1k| : stick-table: missing type.",
                "type ip size 1k expire 30x| : stick-table: unexpected character 'x' in argument of 'expire'.",
                "type ip size 1k expire s| : stick-table: unexpected character 's' in argument of 'expire'.",
                "type ip size 1k expire| : stick-table: missing argument after 'expire'.",
                "type ip size 1k expire 30d|: stick-table: timer overflow in argument <30d> to <expire>, maximum value is 2147483647 ms (~24.8 days).",
                "type ip size 1k peers| : stick-table: missing argument after 'peers'.",
                "type ip size 1k srvkey bogus| : stick-table : unknown server key type 'bogus'."
            })
    void mistakesAreNamedAsHaproxyNamesThem(String line, String text) {
        TableParser.Result result = parse(line);

        assertThat(result.definition()).isNull();
        assertThat(result.findings().get(0).text().trim()).isEqualTo(text.trim());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "type ip size 3g store gpc0",
                "type ip size 1k store",
                "type ip size 1k store conn_cnt,",
                "type ip size 1k store http_req_rate(0),gpc_rate(2,0)",
                "type ip type ipv6 size 1k",
                "type ip size 1k expire 30sx",
                "type ip size 1k expire 0 nopurge"
            })
    void whatHaproxyAcceptsIsAccepted(String line) {
        assertThat(parse(line).definition()).isNotNull();
    }

    @Test
    void aRepeatedOptionIsAWarning() {
        TableParser.Result result = parse("type ip size 1k store gpc0,gpc0");

        assertThat(result.definition()).isNotNull();
        assertThat(result.findings())
                .containsExactly(new TableParser.Finding(
                        5, false, ": stick-table: store option 'gpc0' already enabled, ignored."));
    }

    private static TableParser.Result parse(String line) {
        return TableParser.parse("t", "stick-table", List.of(line.split(" ")));
    }
}
