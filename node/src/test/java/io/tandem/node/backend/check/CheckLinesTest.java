// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.backend.CheckPlan;
import io.tandem.node.boot.LoadedText;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bytes and messages were seen on HAProxy 2.6.12. */
class CheckLinesTest {
    private static LoadedText load(String lines) {
        return LoadedText.of("backend b\n    " + lines.replace(";", "\n    ") + "\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "option httpchk|OPTIONS / HTTP/1.0~~",
                "option httpchk /y|OPTIONS /y HTTP/1.0~~",
                "option httpchk GET /chk|GET /chk HTTP/1.0~~",
                "option httpchk HEAD /y HTTP/1.1|HEAD /y HTTP/1.1~connection: close~~",
                "option httpchk;http-check send meth GET uri /x ver HTTP/1.1 hdr Host foo hdr X-A b body hello|"
                        + "GET /x HTTP/1.1~host: foo~x-a: b~content-length: 5~connection: close~~hello",
                "option httpchk GET /a HTTP/1.0;http-check send uri /b|GET /b HTTP/1.0~~",
                "option httpchk GET /a;http-check send ver HTTP/1.1 body foo hdr Connection keep-alive|"
                        + "GET /a HTTP/1.1~content-length: 3~~foo",
            })
    void asksAsHaproxyAsks(String lines, String request) {
        LoadedText loaded = load(lines);
        assertThat(loaded.messages()).isEmpty();
        assertThat(text(loaded)).isEqualTo(request.replace("~", "\r\n"));
    }

    @Test
    void headersHiddenBehindTheVersionAreTakenWithAWarning() {
        LoadedText loaded = load("option httpchk GET /x HTTP/1.1\\r\\nHost:\\ www.x\\r\\nX-B:\\ c");
        assertThat(loaded.messages())
                .containsExactly(
                        "parsing [t.cfg:2]: 'option httpchk' : hiding headers or body at the end of the version"
                                + " string is deprecated. Please, consider to use 'http-check send' directive instead.");
        assertThat(text(loaded)).isEqualTo("GET /x HTTP/1.1\r\nhost: www.x\r\nx-b: c\r\nconnection: close\r\n\r\n");
    }

    private static String text(LoadedText loaded) {
        return new String(loaded.backend("b").checkPlan().request(), StandardCharsets.US_ASCII);
    }

    @Test
    void statusRangesDecide() {
        CheckPlan byDefault = load("option httpchk").backend("b").checkPlan();
        assertThat(byDefault.accepts(200)).isTrue();
        assertThat(byDefault.accepts(399)).isTrue();
        assertThat(byDefault.accepts(404)).isFalse();
        CheckPlan listed = load("option httpchk;http-check expect status 200,300-310")
                .backend("b")
                .checkPlan();
        assertThat(listed.accepts(305)).isTrue();
        assertThat(listed.accepts(204)).isFalse();
        CheckPlan inverted = load("option httpchk;http-check expect ! status 500")
                .backend("b")
                .checkPlan();
        assertThat(inverted.accepts(404)).isTrue();
        assertThat(inverted.accepts(500)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "option tcp-check x|parsing [t.cfg:2] : 'option tcp-check' cannot handle unexpected argument 'x'.",
                "http-check foo|parsing [t.cfg:2] : 'http-check' only supports 'disable-on-404', 'send-state',"
                        + " 'comment', 'connect', 'send', 'expect', 'set-var-fmt(*)', 'set-var(*)', 'unset-var(*)'. but"
                        + " got 'foo'",
                "http-check expect|parsing [t.cfg:2] : 'http-check expect' : expects at least a matching pattern as"
                        + " arguments.",
                "http-check expect status x|parsing [t.cfg:2] : 'http-check expect' : invalid character 'x' in the list"
                        + " of status codes.",
                "http-check send foo|parsing [t.cfg:2] : 'http-check send' : expects 'comment', 'meth', 'uri', 'uri-lf',"
                        + " 'ver', 'hdr', 'body' or 'body-lf' but got 'foo' as argument..",
                "http-check disable-on-404|parsing [t.cfg:2] : 'http-check disable-on-404' is not supported by this"
                        + " version of tandem",
                "http-check expect status 200|backend 'b' uses http-check rules without 'option httpchk', so the rules"
                        + " are ignored.",
            })
    void aMistakeIsWordedAsHaproxyWordsIt(String line, String message) {
        assertThat(load(line).messages()).containsExactly(message);
    }
}
