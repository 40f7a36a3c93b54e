// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabDirectoryTest {
    @TempDir
    Path parent;

    private LabDirectory directory;
    private long uid;

    @BeforeEach
    void nameADirectory() throws Exception {
        directory = new LabDirectory(parent.resolve("tandem-lab"));
        uid = (Integer) Files.getAttribute(parent, "unix:uid");
    }

    @Test
    void aLabIsRunningWhileItsSupervisorLives() throws Exception {
        directory.create(uid);
        directory.writeRunning(Map.of(
                "supervisor", LabDirectory.identity(ProcessHandle.current().pid())));
        assertThat(directory.running()).isPresent();
    }

    @Test
    void anotherProcessWithTheSameNumberIsNotTheLab() throws Exception {
        directory.create(uid);
        directory.writeRunning(Map.of("supervisor", ProcessHandle.current().pid() + ":1"));
        assertThat(directory.running()).isEmpty();
    }

    @Test
    void leftoversOfACrashedLabAreRemovedWithItsProcess() throws Exception {
        Process orphan = new ProcessBuilder("sleep", "60").start();
        directory.create(uid);
        Files.createDirectories(directory.path().resolve("hosts/lb1"));
        Files.writeString(directory.path().resolve("hosts/lb1.pid"), "1");
        directory.writeRunning(Map.of("supervisor", "1:0", "lab", LabDirectory.identity(orphan.pid())));

        assertThat(directory.removeLeftovers()).isTrue();

        assertThat(directory.path()).doesNotExist();
        assertThat(orphan.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(orphan.exitValue()).isNotZero();
        assertThat(directory.removeLeftovers()).isFalse();
    }

    @Test
    void leftoversOfDrillsAreRemovedButNotRunningDrills() throws Exception {
        LabDirectory dead = directory.ofDrill(Long.MAX_VALUE);
        LabDirectory running = directory.ofDrill(ProcessHandle.current().pid());
        dead.create(uid);
        running.create(uid);
        running.writeRunning(Map.of(
                "supervisor", LabDirectory.identity(ProcessHandle.current().pid())));

        assertThat(directory.removeLeftovers()).isTrue();

        assertThat(dead.path()).doesNotExist();
        assertThat(running.path()).exists();
    }

    @Test
    void aDirectoryThatSomebodyElseMadeIsNotUsed() throws Exception {
        directory.create(uid);
        assertThatThrownBy(() -> directory.create(uid)).isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void whereItIsDependsOnTheUser() {
        assertThat(LabDirectory.ofUser(Map.of(), 0).path()).isEqualTo(Path.of("/run/tandem-lab"));
        assertThat(LabDirectory.ofUser(Map.of("XDG_RUNTIME_DIR", parent.toString()), 1000)
                        .path())
                .isEqualTo(parent.resolve("tandem-lab"));
        assertThat(LabDirectory.ofUser(Map.of(), 1000).path()).hasFileName("tandem-lab-1000");
        assertThat(LabDirectory.ofUser(Map.of("TANDEM_LAB_DIR", "/x/y"), 0).path())
                .isEqualTo(Path.of("/x/y"));
    }
}
