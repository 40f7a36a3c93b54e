// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The page of differences beside the suites that hold them; {@code -Dtandem.differences=write} writes it. */
class DifferencesPageTest {
    private static final Path PAGE = Path.of("..", "packaging", "doc", "differences.md");

    @Test
    void thePageOfDifferencesIsWhatTheSuitesSay() throws Exception {
        String page = DifferencesPage.text();
        if ("write".equals(System.getProperty("tandem.differences"))) {
            Files.writeString(PAGE, page);
        }

        assertThat(Files.readString(PAGE))
                .as("stale: run this test with -Dtandem.differences=write")
                .isEqualTo(page);
    }
}
