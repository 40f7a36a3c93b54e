// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** The installed haproxy. */
public final class Oracle {
    public static final Path HAPROXY = Path.of("/usr/sbin/haproxy");

    private Oracle() {}

    /** Skips the test where there is no haproxy to compare with; in CI there must be one. */
    public static void assumeHaproxy() {
        boolean installed = Files.isExecutable(HAPROXY);
        assertThat(installed || !"true".equals(System.getenv("CI")))
                .as("haproxy installed")
                .isTrue();
        assumeTrue(installed, "haproxy is not installed");
    }
}
