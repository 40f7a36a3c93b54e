// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tandem vrrp -t} and {@code --signum}. */
class KeepalivedCommandTest {
    private static final String GOOD =
            "vrrp_instance A {\n interface lo0\n virtual_router_id 51\n" + " virtual_ipaddress {\n 10.0.0.5\n }\n}\n";

    @TempDir
    Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    @Test
    void theCheckHasKeepalivedsStatusesAndMessages() throws IOException {
        assertThat(check("")).isZero();
        assertThat(said()).isEmpty();
        assertThat(check("global_defs {\n dynamic_interfaces\n}\n" + GOOD)).isZero();
        assertThat(check(GOOD + "foo\n")).isEqualTo(5);
        assertThat(said()).contains("keepalived.conf: Line 8) Unknown keyword 'foo'");
        assertThat(check("global_defs {\n vrrp_version\n}\n")).isEqualTo(2);
        assertThat(run("vrrp", "-t", "-f", directory.resolve("nowhere").toString()))
                .isZero();
        assertThat(said()).contains("Config files missing");
    }

    @Test
    void whatKeepalivedHasAndTandemHasNotIsAStatusOfItsOwn() throws IOException {
        String withoutInterface = "vrrp_instance V {\n virtual_router_id 5\n vrf red\n unicast_peer {\n 10.0.0.2\n }\n"
                + " virtual_ipaddress {\n 10.0.0.5\n }\n}\n";
        assertThat(check("global_defs {\n dynamic_interfaces\n}\n" + withoutInterface))
                .isEqualTo(3);
        assertThat(said()).contains("'vrf' is not supported").contains("hint: ");
    }

    @Test
    void theOutputMayGoToAFile() throws IOException {
        Path to = directory.resolve("said");
        Path file = Files.writeString(directory.resolve("keepalived.conf"), "foo\n");

        assertThat(run("vrrp", "--config-test=" + to, "--use-file=" + file)).isEqualTo(5);
        assertThat(said()).isEmpty();
        assertThat(to).content().contains("Unknown keyword 'foo'");
    }

    @Test
    void linesForOthersDoNotCount() throws IOException {
        Path file = Files.writeString(directory.resolve("keepalived.conf"), "@other foo\n");

        assertThat(run("vrrp", "-t", "-f", file.toString(), "-i", "this")).isZero();
        assertThat(run("vrrp", "-t", "-f", file.toString(), "-i", "other")).isEqualTo(5);
    }

    @Test
    void signalsAreToldByKeepalivedsNames() {
        for (Map.Entry<String, Integer> each : Map.of(
                        "STOP", 15, "RELOAD", 1, "DATA", 23, "STATS", 28, "STATS_CLEAR", 26, "JSON", 29)
                .entrySet()) {
            out.reset();
            assertThat(run("vrrp", "--signum=" + each.getKey())).isZero();
            assertThat(out.toString(StandardCharsets.UTF_8).strip()).isEqualTo(Integer.toString(each.getValue()));
        }
        assertThat(run("vrrp", "--signum", "FOO")).isEqualTo(1);
        assertThat(said()).contains("Unknown sigfunc FOO");
    }

    @Test
    void whatIsNotUnderstoodIsNamed() {
        assertThat(KeepalivedCommand.isOne("vrrp", "status")).isFalse();
        assertThat(KeepalivedCommand.isOne("-t")).isFalse();
        assertThat(KeepalivedCommand.isOne("vrrp", "-x")).isTrue();
        assertThat(run("vrrp", "-x")).isEqualTo(1);
        assertThat(said()).contains("unknown option '-x'").contains("usage:");
        assertThat(run("vrrp", "-t", "-f")).isEqualTo(1);
    }

    private int check(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("keepalived.conf"), text);
        return run("vrrp", "-t", "-f", file.toString());
    }

    private int run(String... arguments) {
        errors.reset();
        return new KeepalivedCommand(
                        Map.of("PATH", "/usr/bin:/bin"),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(errors, true, StandardCharsets.UTF_8))
                .run(arguments);
    }

    private String said() {
        return errors.toString(StandardCharsets.UTF_8);
    }
}
