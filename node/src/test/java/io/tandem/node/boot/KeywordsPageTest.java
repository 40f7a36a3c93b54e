// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The reference page beside the declarations it is generated from; {@code -Dtandem.keywords=write} writes it. */
class KeywordsPageTest {
    private static final Path PAGE = Path.of("..", "packaging", "doc", "keywords.md");

    @Test
    void thePageOfAllKeywordsIsWhatTheDeclarationsSay() throws Exception {
        String page = KeywordsPage.text();
        if ("write".equals(System.getProperty("tandem.keywords"))) {
            Files.createDirectories(PAGE.getParent());
            Files.writeString(PAGE, page);
        }

        assertThat(Files.readString(PAGE))
                .as("stale: run this test with -Dtandem.keywords=write")
                .isEqualTo(page);
    }
}
