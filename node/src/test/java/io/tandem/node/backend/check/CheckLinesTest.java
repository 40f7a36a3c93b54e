// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.LoadedText;
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
                "option spop-check|parsing [t.cfg:2] : 'option spop-check' is not supported by this version of tandem: there are no filters that ask such agents.",
                "http-check expect status 200|backend 'b' uses http-check rules without 'option httpchk', so the rules"
                        + " are ignored.",
            })
    void aMistakeIsWordedAsHaproxyWordsIt(String line, String message) {
        assertThat(load(line).messages()).containsExactly(message);
    }
}
