// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class AdminSocketTest {
    @Test
    void keysAreReadFromTheLinesBelowTheHeader() throws Exception {
        String answer =
                """
                # table: servers, type: string, size:204800, used:2
                0x55d1f3a0: key=client-1 use=0 exp=1799000 shard=0 server_id=1 server_key=web1 gpc0=0
                0x55d1f3b0: key=client-22 use=1 exp=1799000 server_id=2

                """;
        assertThat(AdminSocket.keysOf(answer, "servers")).containsExactlyInAnyOrder("client-1", "client-22");
    }

    @Test
    void anEmptyTableHasNoKeys() throws Exception {
        assertThat(AdminSocket.keysOf("# table: servers, type: string, size:204800, used:0\n\n", "servers"))
                .isEmpty();
    }

    @Test
    void anAnswerThatIsNotTheTableIsAnErrorNotAnEmptyTable() {
        assertThatThrownBy(() -> AdminSocket.keysOf("No such table\n", "servers"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("No such table");
    }
}
