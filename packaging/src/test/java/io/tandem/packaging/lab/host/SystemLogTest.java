// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.host;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SystemLogTest {
    @Test
    void theHostIsPutBetweenTimeAndProgramAndThePriorityIsTakenOff() {
        assertThat(SystemLog.line("<134>Jul 20 03:45:14 haproxy[32063]: up\n", "lb1"))
                .isEqualTo("Jul 20 03:45:14 lb1 haproxy[32063]: up\n");
    }

    @Test
    void aMessageInAnotherFormIsKeptWhole() {
        assertThat(SystemLog.line("hello", "lb2")).isEqualTo("lb2 hello\n");
        assertThat(SystemLog.line("<5>", "lb2")).isEqualTo("lb2 \n");
        assertThat(SystemLog.line("<5 no end", "lb2")).isEqualTo("lb2 <5 no end\n");
    }
}
