// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleType;
import io.tandem.node.rules.sample.Scratch;
import io.tandem.node.rules.sample.Text;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Loops look patterns up for every request: they must leave nothing behind. */
class PatternAllocationTest {
    private static final int LOOK_UPS = 20_000;

    private final Scratch scratch = new Scratch(16384);
    private final byte[] text = Text.bytes("/static/images/logo.png");

    @ParameterizedTest
    @EnumSource(
            value = MatchMethod.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"FOUND", "BOOL"})
    void lookUpsAllocateNothing(MatchMethod method) {
        PatternReference reference = new PatternReference(0, null, "", true);
        PatternSet set = reference.set(new PatternKind(method, false, false, PatternOutput.TEXT), false);
        for (String pattern : patterns(method)) {
            reference.add(pattern, "value");
        }
        lookUp(set, method, LOOK_UPS);
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = thread.getCurrentThreadAllocatedBytes();
        int found = lookUp(set, method, LOOK_UPS);
        long allocated = thread.getCurrentThreadAllocatedBytes() - before;

        assertThat(found).isEqualTo(LOOK_UPS);
        assertThat(allocated).as("bytes in " + LOOK_UPS + " look-ups").isLessThan(LOOK_UPS);
    }

    private static String[] patterns(MatchMethod method) {
        return switch (method) {
            case INT, LEN -> new String[] {"1", "100:200", "23"};
            case IP -> new String[] {"10.0.0.0/8", "10.1.0.0/16", "10.0.0.1/255.0.0.255"};
            case BIN -> new String[] {"00", "2f7374617469632f696d616765732f6c6f676f2e706e67"};
            case END -> new String[] {".jpg", ".png"};
            case SUB -> new String[] {"/x/", "images"};
            case DIR, DOM -> new String[] {"x", "images"};
            case REG, REGM -> new String[] {"^/x", "^/static/(.*)\\.png$"};
            default -> new String[] {"/x", "/static/images/logo.png"};
        };
    }

    private int lookUp(PatternSet set, MatchMethod method, int times) {
        int found = 0;
        Sample value = scratch.value;
        for (int i = 0; i < times; i++) {
            scratch.reset();
            value.text(text);
            if (method == MatchMethod.INT) {
                value.set(23L);
            } else if (method == MatchMethod.IP) {
                value.type = SampleType.IPV4;
                value.number = 0x0A010203L;
            }
            found += set.map(scratch, value) ? 1 : 0;
        }
        return found;
    }
}
