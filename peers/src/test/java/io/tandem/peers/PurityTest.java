// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tables and their replication know no clock, chance, thread, socket or log; only {@code cluster} does. */
class PurityTest {
    private static final String[] PURE = {"io.tandem.peers.table..", "io.tandem.peers.sync.."};
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.tandem.peers");

    @Test
    void pureCodeDependsOnPlainJavaOnly() {
        assertThat(CLASSES.contain("io.tandem.peers.sync.Session")).isTrue();
        noClasses()
                .that()
                .resideInAnyPackage(PURE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.tandem.peers.cluster..",
                        "io.tandem.config..",
                        "org.jgroups..",
                        "java.io..",
                        "java.net..",
                        "java.nio.file..",
                        "java.nio.channels..",
                        "java.util.logging..")
                .check(CLASSES);
    }

    @Test
    void tablesDoNotKnowTheirReplication() {
        noClasses()
                .that()
                .resideInAPackage("io.tandem.peers.table..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.tandem.peers.sync..")
                .check(CLASSES);
    }

    @Test
    void pureCodeAsksNoClockAndRollsNoDice() {
        noClasses()
                .that()
                .resideInAnyPackage(PURE)
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callConstructor(Random.class)
                .orShould()
                .callConstructor(Thread.class, Runnable.class)
                .check(CLASSES);
    }
}
