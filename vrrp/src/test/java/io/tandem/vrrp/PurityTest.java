// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.elements.ClassesShould;
import com.tngtech.archunit.lang.syntax.elements.GivenClasses;
import com.tngtech.archunit.lang.syntax.elements.GivenClassesConjunction;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Packets and elections know no clock, chance, thread, socket or log: time and effects are parameters and results. */
class PurityTest {
    private static final String[] PURE = {"io.tandem.vrrp.packet..", "io.tandem.vrrp.election.."};
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.tandem.vrrp");

    @Test
    void pureCodeDependsOnRecordsAndPlainJavaOnly() {
        ArchRule rule = noClasses()
                .that()
                .resideInAnyPackage(PURE)
                .should()
                .dependOnClassesThat(resideInAPackage("io.tandem..")
                        .and(not(resideInAnyPackage("io.tandem.config.model..", PURE[0], PURE[1]))))
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.io..",
                        "java.nio.file..",
                        "java.nio.channels..",
                        "java.util.concurrent..",
                        "java.util.logging..",
                        "java.lang.System.Logger..",
                        "jnr..",
                        "com..");

        assertThat(CLASSES.stream().anyMatch(each -> each.getPackageName().equals("io.tandem.vrrp.election")))
                .isTrue();
        rule.check(CLASSES);
    }

    @Test
    @Tag("vrrp-case-54")
    void pureCodeAsksNoClockAndStartsNoThread() {
        impure(noClasses().that().resideInAnyPackage(PURE)).check(CLASSES);
    }

    @Test
    void theRuleFindsWhatItLooksFor() {
        JavaClasses here = new ClassFileImporter().importClasses(Impure.class);

        assertThatThrownBy(() -> impure(noClasses()).check(here)).hasMessageContaining("nanoTime");
    }

    private static ArchRule impure(GivenClasses classes) {
        return impure(classes.should());
    }

    private static ArchRule impure(GivenClassesConjunction classes) {
        return impure(classes.should());
    }

    private static ArchRule impure(ClassesShould should) {
        return should.callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callConstructor(Random.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Thread.class)
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.net.Socket")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.net.DatagramSocket");
    }

    /** Breaks the rule. */
    static final class Impure {
        long now() {
            return System.nanoTime();
        }
    }
}
