/** A file at a dataset's public home. */
export interface RemoteFile {
  readonly name: string;
  /** The folder it lies in; the address is this and the name. */
  readonly home: string;
  /** Its size, where it is known beforehand. */
  readonly bytes?: number;
  /** Its MD5, where the source or torchvision publishes one. */
  readonly md5?: string;
}

/** A dataset that can be fetched. */
export interface DataHome {
  readonly about: string;
  /** A page that describes it. */
  readonly page: string;
  readonly files: readonly RemoteFile[];
  /** The folder that unpacking makes, for archives that must be. */
  readonly unpacks?: string;
  /** The form of `--data` that reads it, with the folder it was fetched to. */
  readonly spec: (folder: string) => string;
}

const toronto = "https://www.cs.toronto.edu/~kriz/";
const mnistMirror = "https://ossci-datasets.s3.amazonaws.com/mnist/";
const fashion = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/";
const fastai = "https://s3.amazonaws.com/fast-ai-imageclas/";

/** The four IDX files: MD5 and bytes of training images and labels, then of test images and labels. */
function idxFiles(home: string, facts: readonly (readonly [md5: string, bytes: number])[]): RemoteFile[] {
  const names = ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"];
  return names.map((name, i) => ({ name: `${name}-ubyte.gz`, home, md5: facts[i]![0], bytes: facts[i]![1] }));
}

function imagenette(folder: string, about: string, md5: string): DataHome {
  return {
    about: `10 classes of ImageNet, ${about}`,
    page: "https://github.com/fastai/imagenette",
    files: [{ name: `${folder}.tgz`, home: fastai, md5 }],
    unpacks: folder,
    spec: (path) => `folder:${path}/${folder}`,
  };
}

/** The public homes of datasets. Checksums: of CIFAR by its author, of the others by torchvision where it has them. */
export const homes: Readonly<Record<string, DataHome>> = {
  cifar10: {
    about: "60,000 colour images of 32 × 32 in 10 classes",
    page: `${toronto}cifar.html`,
    files: [
      { name: "cifar-10-binary.tar.gz", home: toronto, bytes: 170_052_171, md5: "c32a1d4ab5d03f1284b67883e8d87530" },
    ],
    spec: (path) => `cifar10:${path}/cifar-10-binary.tar.gz`,
  },
  cifar100: {
    about: "60,000 colour images of 32 × 32 in 100 classes",
    page: `${toronto}cifar.html`,
    files: [
      { name: "cifar-100-binary.tar.gz", home: toronto, bytes: 168_513_733, md5: "03b5dce01913d631647c71ecec9e9cb8" },
    ],
    spec: (path) => `cifar100:${path}/cifar-100-binary.tar.gz`,
  },
  mnist: {
    about: "70,000 grey digits of 28 × 28",
    page: "http://yann.lecun.com/exdb/mnist/",
    files: idxFiles(mnistMirror, [
      ["f68b3c2dcbeaaa9fbdd348bbdeb94873", 9_912_422],
      ["d53e105ee54ea40749a09fcbcd1e9432", 28_881],
      ["9fb629c4189551a2d022fa330f9573f3", 1_648_877],
      ["ec29112dd5afa0611ce80d1b7f02629c", 4_542],
    ]),
    spec: (path) => `mnist:${path}`,
  },
  "fashion-mnist": {
    about: "70,000 grey images of clothes, 28 × 28, in 10 classes",
    page: "https://github.com/zalandoresearch/fashion-mnist",
    files: idxFiles(fashion, [
      ["8d4fb7e6c68d591d4c3dfef9ec88bf0d", 26_421_880],
      ["25c81989df183df01b3e8a0aad5dffbe", 29_515],
      ["bef4ecab320f06d8554ea6380940ec79", 4_422_102],
      ["bb300cfdad3c16e7a12a480ee83cd310", 5_148],
    ]),
    spec: (path) => `fashion-mnist:${path}`,
  },
  "imagenette-160": imagenette("imagenette2-160", "short side 160", "e793b78cc4c9e9a4ccc0c1155377a412"),
  "imagenette-320": imagenette("imagenette2-320", "short side 320", "3df6f0d01a2c9592104656642f5e78a3"),
  imagenette: imagenette("imagenette2", "full size", "fe2fc210e6bb7c5664d602c3cd71e612"),
  "tiny-imagenet": {
    about: "110,000 colour images of 64 × 64 in 200 classes",
    page: "http://cs231n.stanford.edu/",
    files: [{ name: "tiny-imagenet-200.zip", home: "http://cs231n.stanford.edu/", bytes: 248_100_043 }],
    unpacks: "tiny-imagenet-200",
    spec: (path) => `folder:${path}/tiny-imagenet-200`,
  },
};

/** Where a file is fetched from: its home, or the folder `base` of a mirror. */
export function addressOf({ name, home }: RemoteFile, base?: string): string {
  return base === undefined ? `${home}${name}` : `${base.replace(/\/+$/, "")}/${name}`;
}
