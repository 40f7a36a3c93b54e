// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JsonTextTest {
    @Test
    void whatWouldEndOrBreakAStringIsEscaped() {
        assertThat(JsonText.quoted("a \"b\" c:\\d\te\nf \u00e9"))
                .isEqualTo("\"a \\\"b\\\" c:\\\\d\\u0009e\\u000af \u00e9\"");
    }
}
