// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {
    @Test
    void withoutArgumentsTheWholeTableRuns() {
        Options options = Options.parse(List.of());

        assertThat(options.cases()).isEqualTo(Cases.TABLE);
        assertThat(options.rounds()).isEqualTo(9);
    }

    @Test
    void theCasesOfTheTableHaveTheNamesThatScriptsKnow() {
        assertThat(Cases.all().map(Experiment::name))
                .contains(
                        "http-keepalive",
                        "http-keepalive-c4",
                        "http-keepalive-c1000",
                        "http-headers",
                        "http-log",
                        "http-rules-20",
                        "https-keepalive-ecdsa",
                        "https-keepalive-rsa",
                        "handshake-ecdsa",
                        "handshake-rsa",
                        "h2",
                        "h2-tls",
                        "tcp",
                        "bulk-http",
                        "bulk-https")
                .doesNotHaveDuplicates();
    }

    @Test
    void aNumberGivenWinsOverQuick() {
        Options options = Options.parse(List.of("--quick", "--rounds", "2", "--case", "tcp,h2"));

        assertThat(options.rounds()).isEqualTo(2);
        assertThat(options.seconds()).isEqualTo(1);
        assertThat(options.cases()).extracting(Experiment::name).containsExactly("tcp", "h2");
    }

    @Test
    void mistakesAreNamed() {
        assertThatThrownBy(() -> Options.parse(List.of("--case", "nonsense"))).hasMessageContaining("no case nonsense");
        assertThatThrownBy(() -> Options.parse(List.of("--rounds", "0"))).hasMessageContaining("from 1 to 10000000");
        assertThatThrownBy(() -> Options.parse(List.of("--json"))).hasMessageContaining("--json needs a value");
    }
}
