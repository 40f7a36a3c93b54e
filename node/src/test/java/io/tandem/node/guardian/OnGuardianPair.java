// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import io.tandem.node.testkit.Program;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Each test has two hosts for guardians of its own; skipped without root, but in CI it fails. */
abstract class OnGuardianPair {
    @TempDir
    Path directory;

    GuardianPair pair;
    GuardianHost a;
    GuardianHost b;

    @BeforeEach
    final void makeHosts() throws IOException {
        Program.assumeRoot();
        pair = new GuardianPair(directory);
        a = pair.a();
        b = pair.b();
    }

    @AfterEach
    final void closeHosts() throws IOException {
        if (pair != null) {
            pair.close();
        }
    }
}
