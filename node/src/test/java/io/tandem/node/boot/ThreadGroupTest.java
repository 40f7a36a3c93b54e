// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** {@code thread-group} and the threads it leaves out, as haproxy 2.6 has it. */
class ThreadGroupTest {
    @Test
    void threadsWithoutAGroupAreAnAlert() {
        assertThat(LoadedText.of("global\n nbthread 4\n thread-group 1 1-2\n").messages())
                .containsExactly("Remaining unassigned threads found (2) because all groups are in use. Please increase"
                        + " 'thread-groups', reduce 'nbthreads' or remove or extend 'thread-group' enumerations.");
    }

    @Test
    void aGroupOfAllThreadsOrWithoutThreadsIsFine() {
        assertThat(LoadedText.of("global\n nbthread 4\n thread-group 1 1-2 3-8\n")
                        .messages())
                .isEmpty();
        assertThat(LoadedText.of("global\n nbthread 4\n thread-group 1\n").messages())
                .isEmpty();
    }

    @Test
    void theLastOfSeveralDefinitionsCounts() {
        assertThat(LoadedText.of("global\n nbthread 4\n thread-group 1 1\n thread-group 1 1-4\n")
                        .messages())
                .hasSize(1)
                .allMatch(message -> message.contains("'thread-group 1' was already defined and will be overridden."));
    }
}
