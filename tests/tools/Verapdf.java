import java.io.File;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.flavours.PDFAFlavour;

/** Validates FILE against each FLAVOUR; a line per failed rule, and one per flavour when it was judged to the end. */
class Verapdf {
    public static void main(String[] words) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        var foundry = Foundries.defaultInstance();
        for (int i = 1; i < words.length; i++) {
            var flavour = PDFAFlavour.byFlavourId(words[i]);
            // The parser is made anew: a second validator over one parser sees only what the first has left.
            try (var parser = foundry.createParser(new File(words[0]), flavour);
                    var validator = foundry.createValidator(flavour, false)) {
                var result = validator.validate(parser);
                result.getFailedChecks().forEach((rule, times) -> System.out.printf(
                        "failed\t%s\t%s-%d\t%d%n", flavour.getId(), rule.getClause(), rule.getTestNumber(), times));
                System.out.printf("judged\t%s\t%b\t%d%n", flavour.getId(), result.isCompliant(), result.getTotalAssertions());
            }
        }
    }
}
