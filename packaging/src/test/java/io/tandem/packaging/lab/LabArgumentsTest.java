// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tandem.packaging.lab.drill.Fault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabArgumentsTest {
    @Test
    void noWordsBuildTheDefaultLab() throws UsageException {
        assertThat(parse("")).isEqualTo(new LabCommand.Up(LabOptions.DEFAULT));
    }

    @Test
    void optionsOfTheLabAreRead(@TempDir Path directory) throws Exception {
        Path cfg = Files.createFile(directory.resolve("haproxy.cfg"));
        assertThat(parse("--nodes 5 --servers nginx --engine haproxy+keepalived --haproxy-cfg " + cfg))
                .isEqualTo(new LabCommand.Up(
                        new LabOptions(5, Servers.NGINX, Engine.HAPROXY_KEEPALIVED, cfg, null, Timers.QUICK, false)));
    }

    @Test
    void aDrillHasAFaultACountAndARate() throws UsageException {
        assertThat(parse("drill --fault proxy-crash --count 20 --json --rate 50"))
                .isEqualTo(new LabCommand.Drill(LabOptions.DEFAULT, List.of(Fault.PROXY_CRASH), 20, true, 50));
    }

    @Test
    void severalFaultsRunInOneLabWithTheTimersAskedFor() throws UsageException {
        assertThat(parse("drill --fault crash,partition --engine haproxy+keepalived --timers best --preempt"))
                .isEqualTo(new LabCommand.Drill(
                        new LabOptions(2, Servers.EMBEDDED, Engine.HAPROXY_KEEPALIVED, null, null, Timers.BEST, true),
                        List.of(Fault.CRASH, Fault.PARTITION),
                        5,
                        false,
                        200));
    }

    @Test
    void execKeepsTheCommandAsItIs() throws UsageException {
        assertThat(parse("exec lb1 -- sh -c --nodes"))
                .isEqualTo(new LabCommand.Exec("lb1", List.of("sh", "-c", "--nodes")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--nodes 6 | --nodes 6: a number from 2 to 5 is needed",
                "--nodes x | --nodes x: a number from 2 to 5 is needed",
                "--nodes | --nodes needs a value",
                "--haproxy-cfg /does/not/exist | no such file",
                "--servers apache | embedded or nginx is needed",
                "--engine nginx | tandem or haproxy+keepalived is needed",
                "drill | drill needs --fault crash|stop|upgrade|drain|link|partition|freeze|proxy-crash|proxy-hang",
                "drill --fault crash,flood | --fault flood: one of crash",
                "drill --fault drain --engine haproxy+keepalived | keepalived has no such command",
                "--timers slow | --timers slow: default|quick|best is needed",
                "drill --fault flood | --fault flood: one of crash",
                "drill --fault crash --count 0 | a number from 1",
                "exec | exec needs a host",
                "exec lb1 -- | exec needs a command",
                "status now | 'now' is not understood",
                "destroy | 'destroy' is not understood"
            })
    void aMistakeSaysWhatToWriteInstead(String words, String message) {
        assertThatThrownBy(() -> parse(words))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aDrillRefusesAConfigurationItCouldNotMeasureWith(@TempDir Path directory) throws Exception {
        Path cfg = Files.createFile(directory.resolve("haproxy.cfg"));
        assertThatThrownBy(() -> parse("drill --fault crash --haproxy-cfg " + cfg))
                .hasMessageContaining("drill brings its own configuration");
    }

    private static LabCommand parse(String words) throws UsageException {
        return LabArguments.parse(words.isEmpty() ? List.of() : List.of(words.split(" ", -1)));
    }
}
