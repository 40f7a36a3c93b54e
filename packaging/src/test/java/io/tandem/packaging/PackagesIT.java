// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packages as they were built, read by the systems' own tools: what they install, with which rights, and their scripts. */
class PackagesIT {
    private static final Path BUILT = Path.of("target");
    private static final long LIMIT_S = 120;
    private static final String[] ERROR_PAGES = {"400", "403", "408", "500", "502", "503", "504"};

    @Test
    void theDebNamesItsRuntimeAndItsArchitecture() throws Exception {
        String control = deb("tandem_", "-f");

        assertThat(control)
                .contains("Package: tandem\n", "Architecture: amd64\n", "adduser")
                .containsPattern("Depends: .*default-jre-headless \\(>= 2:1\\.17\\) \\| java17-runtime-headless")
                .doesNotContain("[[");
    }

    @Test
    void theHaproxyDebTakesHaproxysPlace() throws Exception {
        assertThat(deb("tandem-haproxy_", "-f"))
                .contains("Architecture: all\n", "Conflicts: haproxy\n", "Replaces: haproxy\n")
                .containsPattern("Provides: haproxy \\(= 2\\.6\\.\\d+\\)")
                .containsPattern("Depends: tandem \\(= [0-9.]+\\)");
        assertThat(deb("tandem-haproxy_", "-c"))
                .contains("./usr/sbin/haproxy -> ../bin/tandem", "./lib/systemd/system/haproxy.service");
    }

    @Test
    void theDebsConfigurationSurvivesUpgradesAndIsNotForEveryonesEyes() throws Exception {
        String files = deb("tandem_", "-c");

        assertThat(files)
                .containsPattern("-rw-r----- root/root .* \\./etc/tandem/tandem\\.conf")
                .containsPattern("-rw-r----- root/root .* \\./etc/tandem/haproxy\\.cfg");
        assertThat(conffiles("tandem_")).containsExactlyInAnyOrderElementsOf(filesUnderEtc(files));
        assertThat(conffiles("tandem-haproxy_"))
                .containsExactlyInAnyOrderElementsOf(filesUnderEtc(deb("tandem-haproxy_", "-c")))
                .contains("/etc/haproxy/haproxy.cfg", "/etc/haproxy/errors/503.http");
    }

    @Test
    void theDebHoldsProgramUnitManualAndTheJarsOfTheDistribution() throws Exception {
        String files = deb("tandem_", "-c");

        assertThat(files)
                .containsPattern("-rwxr-xr-x root/root .* \\./usr/bin/tandem\n")
                .containsPattern("-rw-r--r-- root/root .* \\./lib/systemd/system/tandem\\.service")
                .contains(
                        "./usr/share/man/man8/tandem.8",
                        "./usr/share/doc/tandem/copyright",
                        "./usr/share/doc/tandem/keywords.md");
        assertThat(jarsIn(files)).containsExactlyElementsOf(distributionJars());
    }

    @ParameterizedTest
    @ValueSource(strings = {"tandem_", "tandem-haproxy_"})
    void aDebBringsNothingOfTheBuildMachine(String name) throws Exception {
        assertThat(deb(name, "-c").lines())
                .allSatisfy(line -> assertThat(line).contains(" root/root "))
                // The class archive belongs to one JVM: it is written where it is used.
                .noneMatch(line -> line.endsWith(".jsa"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tandem_", "tandem-haproxy_"})
    void theDebsScriptsAreShell(String name, @TempDir Path directory) throws Exception {
        run("dpkg-deb", "-e", built(name, ".deb").toString(), directory.toString());

        for (String script : List.of("postinst", "prerm", "postrm")) {
            Path file = directory.resolve(script);
            assertThat(file).isExecutable();
            assertThat(Files.readString(file)).startsWith("#!/bin/sh\nset -e\n").endsWith("exit 0\n");
            run("sh", "-n", file.toString());
        }
    }

    @Test
    void theRpmNamesItsRuntimeAndHidesTheBuildHost() throws Exception {
        String header = rpm("tandem-0", "--qf", "%{NAME} %{ARCH} %{LICENSE} %{BUILDHOST} %{RELEASE}\\n");

        assertThat(header).isEqualTo("tandem x86_64 Apache-2.0 localhost 1\n");
        assertThat(rpm("tandem-0", "--requires")).contains("java-headless >= 1:17\n", "systemd\n", "shadow-utils\n");
        assertThat(rpm("tandem-haproxy-", "--provides")).containsPattern("(?m)^haproxy = 2\\.6\\.\\d+$");
        assertThat(rpm("tandem-haproxy-", "--conflicts", "--obsoletes")).isEqualTo("haproxy\nhaproxy\n");
    }

    @Test
    void theRpmsFilesHaveTheirOwnersAndModes() throws Exception {
        List<String> files = rpmFiles("tandem-0");

        assertThat(files)
                .contains(
                        "-rwxr-xr-x root root - /usr/bin/tandem",
                        "drwxr-x--- root tandem - /etc/tandem",
                        "-rw-r----- root tandem cn /etc/tandem/tandem.conf",
                        "-rw-r----- root tandem cn /etc/tandem/haproxy.cfg",
                        "-rw-r--r-- root root cn /etc/sysconfig/tandem",
                        "-rw-r--r-- root root - /usr/lib/systemd/system/tandem.service",
                        "drwxr-x--- tandem tandem - /var/lib/tandem",
                        "drwxr-xr-x root root - /usr/share/tandem")
                .noneMatch(line -> line.endsWith(".jsa"));
        assertThat(jarsIn(String.join("\n", files))).containsExactlyElementsOf(distributionJars());
        assertThat(rpmFiles("tandem-haproxy-"))
                .contains("lrwxrwxrwx root root - /usr/sbin/haproxy", "drwxr-xr-x root root - /etc/haproxy/errors")
                .containsAll(Arrays.stream(ERROR_PAGES)
                        .map(status -> "-rw-r--r-- root root cn /etc/haproxy/errors/" + status + ".http")
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"tandem-0", "tandem-haproxy-"})
    void theRpmsScriptletsAreShellAndNeverFail(String name, @TempDir Path directory) throws Exception {
        for (String scriptlet : List.of("PREIN", "POSTIN", "PREUN", "POSTUN")) {
            String text = rpm(name, "--qf", "%{" + scriptlet + "}\\n").strip();
            assertThat(text).as(scriptlet).endsWith("exit 0");
            run(
                    "sh",
                    "-n",
                    Files.writeString(directory.resolve(scriptlet), text).toString());
        }
    }

    @Test
    void bothFormatsInstallTheSameUnits() throws Exception {
        String unit = Files.readString(Path.of("src/dist/usr/lib/systemd/system/tandem.service"));

        assertThat(unit)
                .as("a reload waits for its outcome")
                .contains("ExecReload=/usr/bin/tandem reload\n")
                .contains("Type=notify", "DeviceAllow=/dev/net/tun rw", "WantedBy=multi-user.target");
        assertThat(run("dpkg-deb", "--fsys-tarfile", built("tandem_", ".deb").toString()))
                .contains(unit);
    }

    private static List<String> filesUnderEtc(String listing) {
        return listing.lines()
                .filter(line -> line.startsWith("-") && line.contains(" ./etc/"))
                .map(line -> line.substring(line.indexOf("./etc/") + 1))
                .toList();
    }

    private static List<String> jarsIn(String listing) {
        return listing.lines()
                .filter(line -> line.endsWith(".jar"))
                .map(line -> line.substring(line.lastIndexOf('/') + 1))
                .sorted()
                .toList();
    }

    private static List<String> distributionJars() throws IOException {
        try (Stream<Path> files = Files.list(BUILT.resolve("tandem/lib"))) {
            List<String> jars = files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(".jar"))
                    .sorted()
                    .toList();
            assertThat(jars).isNotEmpty();
            return jars;
        }
    }

    private static List<String> conffiles(String name) throws Exception {
        return run("dpkg-deb", "-I", built(name, ".deb").toString(), "conffiles")
                .lines()
                .toList();
    }

    private static String deb(String name, String option) throws Exception {
        return run("dpkg-deb", option, built(name, ".deb").toString());
    }

    private static String rpm(String name, String... query) throws Exception {
        return run(Stream.concat(
                        Stream.of("rpm", "-qp"),
                        Stream.concat(
                                Arrays.stream(query),
                                Stream.of(built(name, ".rpm").toString())))
                .toArray(String[]::new));
    }

    private static List<String> rpmFiles(String name) throws Exception {
        String format = "[%{FILEMODES:perms} %{FILEUSERNAME} %{FILEGROUPNAME} -%{FILEFLAGS:fflags} %{FILENAMES}\\n]";
        return rpm(name, "--qf", format)
                .lines()
                .map(line -> line.replaceFirst(" -(\\S+) ", " $1 "))
                .toList();
    }

    private static Path built(String prefix, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(BUILT)) {
            List<Path> found = files.filter(
                            file -> file.getFileName().toString().startsWith(prefix))
                    .filter(file -> file.getFileName().toString().endsWith(suffix))
                    .toList();
            assertThat(found).as("%s*%s in %s", prefix, suffix, BUILT).hasSize(1);
            return found.get(0);
        }
    }

    private static String run(String... command) throws Exception {
        need(command[0]);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        process.onExit().orTimeout(LIMIT_S, TimeUnit.SECONDS).exceptionally(late -> process.destroyForcibly());
        byte[] printed = process.getInputStream().readAllBytes();
        assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
        return new String(printed, StandardCharsets.ISO_8859_1);
    }

    private static void need(String tool) {
        String path = System.getenv().getOrDefault("PATH", "");
        boolean present = Arrays.stream(path.split(":", -1))
                .map(directory -> Path.of(directory, tool))
                .anyMatch(Files::isExecutable);
        if ("true".equals(System.getenv("CI"))) {
            assertThat(present).as(tool + " is installed").isTrue();
        }
        assumeTrue(present, tool + " is not installed");
    }
}
