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
        assertThat(options.rounds()).isEqualTo(17);
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
                        "bulk-https",
                        "idle-http",
                        "idle-tcp",
                        "idle-tls",
                        "cold-start")
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
    void tableAndAllAreNamesForManyCases() {
        assertThat(Options.parse(List.of("--case", "table,attack")).cases())
                .startsWith(Cases.TABLE.toArray(Experiment[]::new))
                .last()
                .extracting(Experiment::name)
                .isEqualTo("attack");
        assertThat(Options.parse(List.of("--case", "all")).cases())
                .containsExactlyElementsOf(Cases.all().toList());
    }

    @Test
    void mistakesAreNamed() {
        assertThatThrownBy(() -> Options.parse(List.of("--against", "/nowhere")))
                .hasMessageContaining("no bin/tandem in /nowhere");
        assertThatThrownBy(() -> Options.parse(List.of("--case", "nonsense"))).hasMessageContaining("no case nonsense");
        assertThatThrownBy(() -> Options.parse(List.of("--rounds", "0"))).hasMessageContaining("from 1 to 10000000");
        assertThatThrownBy(() -> Options.parse(List.of("--json"))).hasMessageContaining("--json needs a value");
    }
}
