// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What keepalived does and Tandem does not need to is said, not passed over. */
class NoEffectKeywordsTest {
    private final KeepalivedFile conf;

    NoEffectKeywordsTest(@TempDir Path directory) {
        conf = new KeepalivedFile(directory);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vrrp_skip_check_adv_addr",
                "random_seed 5",
                "data_use_instance yes",
                "nftables_priority -1",
                "lvs_flush_on_stop VS",
                "rs_init_notifies",
                "no_checker_emails",
                "checker_log_all_failures"
            })
    void ofAllInstances(String line) {
        conf.load("global_defs {\n " + line + "\n}\n" + KeepalivedFile.MINIMAL + "}\n");
        assertThat(conf.texts()).anyMatch(said -> said.contains("'" + word(line) + "' has no effect in tandem"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"child_wait_time 3", "track_group GW {\n group { VI_1 }\n}"})
    void atTheTop(String line) {
        conf.load(line + "\n" + KeepalivedFile.MINIMAL + "}\n");
        assertThat(conf.texts()).anyMatch(said -> said.contains("'" + word(line) + "' has no effect in tandem"));
    }

    @ParameterizedTest
    @ValueSource(strings = "skip_check_adv_addr")
    void ofOneInstance(String line) {
        conf.load(KeepalivedFile.MINIMAL + " " + line + "\n}\n");
        assertThat(conf.texts()).anyMatch(said -> said.contains("'" + word(line) + "' has no effect in tandem"));
    }

    private static String word(String line) {
        return line.substring(0, line.contains(" ") ? line.indexOf(' ') : line.length());
    }
}
